import { join } from 'node:path';
import type { Artifact } from '@berth/contracts/events';
import type { ArtifactsRepository } from '../artifacts/artifacts.repository.js';
import type { BlobStore } from '../artifacts/blob-store.js';
import { reuseKey } from '../artifacts/reuse-key.js';
import { isInnerPath } from '../detection/berth-yaml.js';
import type { BuildPlan } from '../detection/build-plan.js';
import { detect } from '../detection/detect.js';
import { detectFailed } from '../detection/detect-failed.js';
import { DiskTree } from '../detection/file-tree.js';
import type { BuildExecutor, BuildJob } from '../execution/build-executor.js';
import type { Workspace, Workspaces } from '../execution/workspaces.js';
import type { FetchedSource } from '../sources/source.js';
import type { FetchSource } from '../sources/sources.js';
import { isRealFolder } from '../sources/verify-tree.js';
import type { Build } from './build.js';
import type { BuildLogWriter } from './build-log-writer.js';
import type { BuildChange } from './builds.repository.js';

export interface BuildTools {
  readonly fetch: FetchSource;
  readonly executor: BuildExecutor;
  readonly workspaces: Workspaces;
  readonly artifacts: ArtifactsRepository;
  readonly blobs: BlobStore;
  /** Removes caches that nobody has used for long. */
  readonly tidy: () => Promise<void>;
}

/** What a run of a build needs from the one who keeps its row. */
export interface BuildProgress {
  readonly log: BuildLogWriter;
  readonly signal: AbortSignal;
  /** Keeps what its commands took so far. */
  measure(cpuMilliseconds: number): Promise<void>;
  /** @throws when the build has ended meanwhile */
  advance(status: 'detecting' | 'building' | 'publishing', change?: BuildChange): Promise<void>;
  findReusable(key: (secret: string) => string): Promise<{ readonly key: string; readonly artifact: Artifact | null }>;
}

export interface BuildResult {
  readonly plan: BuildPlan;
  readonly artifact: Artifact;
  readonly reused: boolean;
  readonly reuseKey: string;
}

/** Clone, detect, build, publish. @throws BuildFailure, the signal's abort, and whatever an outage throws */
export async function runBuild(build: Build, tools: BuildTools, progress: BuildProgress): Promise<BuildResult> {
  const workspace = await tools.workspaces.acquire(build.appId);
  try {
    return await inWorkspace(build, workspace, tools, progress);
  } finally {
    await workspace.release();
  }
}

async function inWorkspace(
  build: Build,
  workspace: Workspace,
  tools: BuildTools,
  progress: BuildProgress,
): Promise<BuildResult> {
  const source = await fetchSource(build, workspace, tools, progress);
  const plan = await detectPlan(build, workspace, source, progress);
  const job = await prepareJob(build, plan, workspace, tools, progress);
  const inputs = { plan, tools: job.tools, variables: job.variables, rootFolder: job.rootFolder };
  const known = await progress.findReusable((secret) =>
    reuseKey({ ...inputs, appId: build.appId, tree: source.tree }, secret),
  );
  if (known.artifact && (await tools.blobs.has(known.artifact.digest))) {
    await progress.log.add(['Nothing has changed since an earlier build: its artifact is reused.']);
    return { plan, artifact: known.artifact, reused: true, reuseKey: known.key };
  }
  await progress.advance('building', { language: plan.language, processes: plan.processes });
  await tools.executor.execute(job);
  await progress.advance('publishing');
  const artifact = await tools.executor.publish(job);
  await progress.log.add([`Published ${artifact.digest} (${Math.ceil(artifact.sizeBytes / 1_024)} KiB).`]);
  return { plan, artifact, reused: false, reuseKey: known.key };
}

async function fetchSource(
  build: Build,
  workspace: Workspace,
  tools: BuildTools,
  { log, signal }: BuildProgress,
): Promise<FetchedSource> {
  const { source, organizationId } = build;
  await log.add([source.kind === 'git' ? `Fetching ${source.ref}.` : 'Unpacking the upload.']);
  const fetched = await tools.fetch({ organizationId, source, into: workspace.source, signal });
  if (fetched.commit) await log.add([`Commit ${fetched.commit.slice(0, 12)}: ${fetched.subject}`]);
  return fetched;
}

async function detectPlan(
  build: Build,
  workspace: Workspace,
  source: FetchedSource,
  progress: BuildProgress,
): Promise<BuildPlan> {
  await progress.advance('detecting', { commit: source.commit, commitSubject: source.subject || null });
  const folder = await appFolder(workspace, build.settings.rootFolder);
  const plan = await detect(new DiskTree(folder), build.settings);
  const wanted = plan.base.wanted ? ` The source asks for version ${plan.base.wanted}.` : '';
  await progress.log.add([
    `This is a ${plan.language} app.${wanted}`,
    ...plan.notices,
    ...plan.processes.map(({ name, command }) => `  ${name}: ${command}`),
  ]);
  return plan;
}

async function appFolder(workspace: Workspace, rootFolder: string): Promise<string> {
  const steps = rootFolder.split('/').filter((part) => part !== '' && part !== '.');
  const folders = steps.map((_, index) => join(workspace.source, ...steps.slice(0, index + 1)));
  const real = await Promise.all(folders.map(isRealFolder));
  if (isInnerPath(rootFolder) && real.every(Boolean)) return join(workspace.source, ...steps);
  throw detectFailed(
    `The root folder ${JSON.stringify(rootFolder)} is not a folder of the source.`,
    "Correct the app's root folder.",
  );
}

async function prepareJob(
  build: Build,
  plan: BuildPlan,
  workspace: Workspace,
  { executor }: BuildTools,
  { log, signal, measure }: BuildProgress,
): Promise<BuildJob> {
  const { appId, settings, id: buildId } = build;
  const tools = await executor.tools(plan, appId);
  const { variables } = settings;
  const onLines = (lines: readonly string[]) => log.add(lines);
  const rootFolder = settings.rootFolder
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  return { buildId, appId, plan, rootFolder, workspace, variables, tools, onLines, signal, onProcessorTime: measure };
}
