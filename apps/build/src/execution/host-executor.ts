import { randomUUID } from 'node:crypto';
import { chmod, copyFile, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Artifact } from '@berth/contracts/events';
import { BuildFailure } from '../builds/build-failure.js';
import type { BlobStore } from '../artifacts/blob-store.js';
import { packSlug } from '../artifacts/slug.js';
import type { BuildPlan, BuildStep } from '../detection/build-plan.js';
import { staticServer } from '../detection/detect.js';
import type { BuildExecutor, BuildJob } from './build-executor.js';
import { assertReachable, buildUserOf, giveTo } from './build-user.js';
import { failureOfCommand } from './command-failures.js';
import { type CommandRunner, ensureFolder } from './command-runner.js';
import type { DependencyCache, DependencySet } from './dependency-cache.js';
import type { ProcessLedger } from './process-ledger.js';
import type { Toolchains } from './toolchains.js';
import type { Workspace, Workspaces } from './workspaces.js';

export interface HostExecutorOptions {
  readonly dataFolder: string;
  readonly toolPath: string;
  /** What every build is told beside its own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMib: number;
  readonly slugMaxBytes: number;
  /** As root: run each app's build under a user id of its own. */
  readonly isolateUsers: boolean;
}

export interface HostExecutorParts {
  readonly runner: CommandRunner;
  readonly ledger: ProcessLedger;
  readonly toolchains: Toolchains;
  readonly cache: DependencyCache;
  readonly workspaces: Workspaces;
  readonly blobs: BlobStore;
}

const staticServerFile = createRequire(import.meta.url).resolve('@berth/build/static-server');
/** 1980-01-01, the first day that a zip file can hold. */
const sourceDate = '315532800';
const tailLines = 40;

/** Builds with the host's own tools; the artifact is a slug. One trust domain: see the architecture, "Two ways to run". */
export class HostExecutor implements BuildExecutor {
  private readonly running = new Map<number, number>();
  private readonly sets = new WeakMap<Workspace, DependencySet>();
  /** What commands of a build took that have ended. */
  private readonly taken = new WeakMap<BuildJob, number>();

  constructor(
    private readonly parts: HostExecutorParts,
    private readonly options: HostExecutorOptions,
  ) {}

  async tools(plan: BuildPlan, appId: string): Promise<Record<string, string>> {
    const user = this.userFor(appId);
    const release = this.occupy(user);
    return this.parts.toolchains.versions(plan.base.tools, user).finally(release);
  }

  async recover(): Promise<void> {
    await ensureFolder(this.options.dataFolder, 0o711);
    if (this.isolates) {
      await chmod(this.options.dataFolder, 0o711);
      await assertReachable(this.options.dataFolder);
    }
    await this.parts.ledger.endLeftovers();
    await this.parts.workspaces.clear();
  }

  async execute(job: BuildJob): Promise<void> {
    const user = this.userFor(job.appId);
    const { source, home, temporary } = job.workspace;
    const release = this.occupy(user);
    try {
      await prepareOwnFolder(appFolder(job), job.plan.files);
      await giveTo(user, source, home, temporary);
      await this.install(job);
      if (job.plan.build) await this.runStep(job, 'build', job.plan.build);
    } finally {
      release();
    }
  }

  async publish(job: BuildJob): Promise<Artifact> {
    const folder = appFolder(job);
    await assertInPlace(folder, job.workspace.source);
    await addLaunchFiles(folder, job.plan);
    const { digest, sizeBytes } = await this.parts.blobs.write(packSlug(folder, this.options.slugMaxBytes));
    const set = this.sets.get(job.workspace);
    if (set) await this.parts.cache.giveBack(set);
    return { kind: 'slug', digest, sizeBytes };
  }

  private async install(job: BuildJob): Promise<void> {
    const { cache } = this.parts;
    if (!job.plan.install) return;
    const set = await cache.find(job.appId, job.plan, appFolder(job), job.tools);
    if (set) this.sets.set(job.workspace, set);
    if (set && (await cache.take(set))) return void (await job.onLines(['Dependencies have not changed: reused.']));
    await this.runStep(job, 'install', job.plan.install);
  }

  private async runStep(job: BuildJob, name: 'install' | 'build', step: BuildStep): Promise<void> {
    const tail: string[] = [];
    await job.onLines([`$ ${step.command}`]);
    const user = this.userFor(job.appId);
    const before = this.taken.get(job) ?? 0;
    let taken = 0;
    const end = await this.parts.runner.run({
      file: '/bin/sh',
      arguments: ['-c', step.command],
      folder: appFolder(job),
      environment: await this.environment(job, step, user),
      // Of this run alone: a run that lost its lease must not end the processes of the one that took over.
      mark: `BERTH_BUILD=${job.buildId}/${randomUUID()}`,
      user,
      isAlone: () => user !== null && this.running.get(user) === 1,
      memoryBytes: this.options.memoryMib * 1_048_576,
      onLines: async (_stream, lines) => {
        tail.push(...lines.slice(-tailLines));
        tail.splice(0, tail.length - tailLines);
        await job.onLines(lines);
      },
      signal: job.signal,
      onProcessorTime: async (milliseconds) => {
        taken = milliseconds;
        await job.onProcessorTime(before + milliseconds);
      },
    });
    this.taken.set(job, before + taken);
    const failure = failureOfCommand(name, end, tail, this.options.memoryMib);
    if (failure) throw failure;
  }

  /** All that a command is told. What the owner sets comes after what the plan says, never before what keeps builds apart. */
  private async environment(job: BuildJob, step: BuildStep, user: number | null): Promise<Record<string, string>> {
    const caches: Record<string, string> = {};
    for (const [variable, name] of Object.entries(job.plan.caches)) {
      caches[variable] = await this.parts.cache.toolFolder(job.appId, name);
      if (user !== null && (await stat(caches[variable])).uid !== user) await giveTo(user, caches[variable]);
    }
    const own = job.plan.path.map((folder) => join(appFolder(job), folder));
    return {
      LANG: 'C.UTF-8',
      CI: 'true',
      SOURCE_DATE_EPOCH: sourceDate,
      // Node brings its own list of authorities; a company's own is in the system's.
      NODE_USE_SYSTEM_CA: '1',
      ...this.options.environment,
      ...step.environment,
      ...job.variables,
      ...caches,
      PATH: [...own, this.options.toolPath].join(':'),
      HOME: job.workspace.home,
      TMPDIR: job.workspace.temporary,
    };
  }

  private userFor(appId: string): number | null {
    return this.isolates ? buildUserOf(appId) : null;
  }

  private get isolates(): boolean {
    return this.options.isolateUsers && process.getuid?.() === 0;
  }

  private occupy(user: number | null): () => void {
    const key = user ?? -1;
    this.running.set(key, (this.running.get(key) ?? 0) + 1);
    return () => void this.running.set(key, (this.running.get(key) ?? 1) - 1);
  }
}

const appFolder = (job: BuildJob): string => join(job.workspace.source, job.rootFolder);

/** `.berth` is the platform's: what a source brings under that name is not used. */
async function prepareOwnFolder(folder: string, files: BuildPlan['files']): Promise<void> {
  await rm(join(folder, '.berth'), { recursive: true, force: true });
  await mkdir(join(folder, '.berth'), { mode: 0o755 });
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text, { flag: 'wx' });
}

/**
 * The build may have put links where folders were, so that the platform, which may do more than the build, would read or
 * write elsewhere. Nothing of the build runs any more when this is asked.
 */
async function assertInPlace(folder: string, source: string): Promise<void> {
  const within = folder.slice(source.length);
  const top = await realpath(source);
  for (const path of [folder, join(folder, '.berth')]) {
    const real = await realpath(path).catch(() => null);
    if (real === `${top}${within}${path.slice(folder.length)}` && (await stat(real)).isDirectory()) continue;
    throw new BuildFailure(
      'build_failed',
      "The build replaced the app's folder, or .berth in it, by something else.",
      'Let the build write beside its sources only.',
    );
  }
}

/** What the runtime reads: which folders go into PATH and what the app's environment starts with. */
async function addLaunchFiles(folder: string, plan: BuildPlan): Promise<void> {
  const launch = { path: plan.path, env: plan.environment };
  const put = async (name: string, write: (file: string) => Promise<void>): Promise<void> => {
    await rm(join(folder, name), { recursive: true, force: true });
    await write(join(folder, name));
  };
  await put('.berth/launch.json', (file) => writeFile(file, `${JSON.stringify(launch, null, 2)}\n`, { flag: 'wx' }));
  if (plan.serve.length > 0) await put(staticServer, (file) => copyFile(staticServerFile, file));
}
