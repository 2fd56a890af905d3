import { join } from 'node:path';
import { type Clock, type Database, resolveHost } from '@berth/service-kit';
import { ArtifactsRepository } from './artifacts/artifacts.repository.js';
import type { BlobStore } from './artifacts/blob-store.js';
import type { BuildTools } from './builds/build-run.js';
import type { BuildConfig } from './config.js';
import { CommandRunner } from './execution/command-runner.js';
import { DependencyCache } from './execution/dependency-cache.js';
import { forgetUnused } from './execution/forget-unused.js';
import { HostExecutor } from './execution/host-executor.js';
import { ProcessLedger } from './execution/process-ledger.js';
import { Toolchains } from './execution/toolchains.js';
import { Workspaces } from './execution/workspaces.js';
import { Git } from './sources/git.js';
import { GitSource } from './sources/git-source.js';
import type { SourceLimits } from './sources/source.js';
import type { FetchSource } from './sources/sources.js';
import { uploadNotFound, UploadStore } from './uploads/upload-store.js';
import { UploadsRepository } from './uploads/uploads.repository.js';

/** Puts together, from the configuration, what builds are made with on this host. */
export function hostBuildTools(
  config: BuildConfig,
  clock: Clock,
  database: Database,
  blobs: BlobStore,
  uploads: UploadStore,
): BuildTools {
  const ledger = new ProcessLedger(join(config.DATA_FOLDER, 'ledger'), clock);
  const runner = new CommandRunner(ledger, clock, config.MIN_FREE_BYTES);
  const workspaces = new Workspaces(join(config.DATA_FOLDER, 'work'));
  const cache = new DependencyCache(join(config.DATA_FOLDER, 'caches'), clock);
  const toolchains = new Toolchains(config.TOOL_PATH, clock);
  const executor = new HostExecutor(
    { runner, ledger, toolchains, cache, workspaces, blobs },
    {
      dataFolder: config.DATA_FOLDER,
      toolPath: config.TOOL_PATH,
      environment: config.BUILD_ENVIRONMENT,
      memoryMib: config.BUILD_MEMORY_MIB,
      slugMaxBytes: config.SLUG_MAX_BYTES,
      isolateUsers: config.ISOLATE_BUILDS,
    },
  );
  const fetch = sourceFetcher(gitSource(config, runner, clock), uploads, database);
  const tidy = async (): Promise<void> => {
    for (const name of ['mirrors', 'caches'])
      await forgetUnused(join(config.DATA_FOLDER, name), config.CACHE_DAYS, clock.now());
  };
  return { fetch, executor, workspaces, artifacts: new ArtifactsRepository(), blobs, tidy };
}

export const sourceLimits = (config: BuildConfig): SourceLimits => ({
  maxBytes: config.SOURCE_MAX_BYTES,
  maxEntries: config.SOURCE_MAX_ENTRIES,
  timeoutSeconds: config.SOURCE_TIMEOUT_SECONDS,
});

function gitSource(config: BuildConfig, runner: CommandRunner, clock: Clock): GitSource {
  const { ALLOW_LOCAL_SOURCES: allowLocal, GIT_CA_FILE: caFile, TOOL_PATH: toolPath } = config;
  const git = new Git({ folder: join(config.DATA_FOLDER, 'git'), toolPath, allowLocal, caFile }, runner);
  const options = {
    mirrors: join(config.DATA_FOLDER, 'mirrors'),
    limits: sourceLimits(config),
    allowLocal,
    allowPrivateAddresses: config.ALLOW_PRIVATE_ADDRESSES,
    hosts: config.OUTBOUND_HOSTS,
    resolve: resolveHost,
  };
  return new GitSource(git, options, clock);
}

function sourceFetcher(git: GitSource, store: UploadStore, database: Database): FetchSource {
  const uploads = new UploadsRepository();
  return async ({ organizationId, source, into, signal }) => {
    if (source.kind === 'git') return git.checkout({ organizationId, url: source.url, ref: source.ref, into, signal });
    const upload = await uploads.find(database, organizationId, source.uploadId);
    if (!upload) throw uploadNotFound();
    await store.layDown(upload.blob, into, signal);
    return { commit: null, tree: upload.tree, subject: '' };
  };
}
