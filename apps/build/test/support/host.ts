import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { FileBlobStore } from '../../src/artifacts/file-blob-store.js';
import { type BuildPlan, emptyPlan, step } from '../../src/detection/build-plan.js';
import type { BuildJob } from '../../src/execution/build-executor.js';
import { CommandRunner } from '../../src/execution/command-runner.js';
import { DependencyCache } from '../../src/execution/dependency-cache.js';
import { HostExecutor, type HostExecutorOptions } from '../../src/execution/host-executor.js';
import { ProcessLedger } from '../../src/execution/process-ledger.js';
import { listProcesses } from '../../src/execution/process-table.js';
import { Toolchains } from '../../src/execution/toolchains.js';
import { Workspaces } from '../../src/execution/workspaces.js';
import { writeFiles } from './folders.js';

export const clock = new Clock();
/** The node that runs the tests must be found by users other than its owner. */
export const toolPath = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;

export interface Host {
  readonly executor: HostExecutor;
  readonly workspaces: Workspaces;
  readonly blobs: FileBlobStore;
}

export function hostIn(
  dataFolder: string,
  options: Partial<HostExecutorOptions> & { readonly minFreeBytes?: number } = {},
): Host {
  const ledger = new ProcessLedger(join(dataFolder, 'ledger'), clock);
  const workspaces = new Workspaces(join(dataFolder, 'work'));
  const blobs = new FileBlobStore(join(dataFolder, 'blobs'));
  const parts = {
    ledger,
    workspaces,
    blobs,
    runner: new CommandRunner(ledger, clock, options.minFreeBytes ?? 0),
    toolchains: new Toolchains(options.toolPath ?? toolPath, clock),
    cache: new DependencyCache(join(dataFolder, 'caches'), clock),
  };
  const limits = { environment: {}, memoryMib: 1_024, slugMaxBytes: 1e9, isolateUsers: true };
  return { executor: new HostExecutor(parts, { dataFolder, toolPath, ...limits, ...options }), workspaces, blobs };
}

export interface JobOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly plan?: Partial<BuildPlan>;
  readonly build?: string;
  readonly appId?: string;
  readonly rootFolder?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onLines?: BuildJob['onLines'];
  readonly onProcessorTime?: BuildJob['onProcessorTime'];
}

let jobs = 0;
/**
 * The user id of a build follows from its app, and with a build all processes of its user end: builds of other test files, and of
 * other checkouts on this machine, must be of other apps.
 */
const ours = randomUUID();

export interface Job extends BuildJob {
  readonly lines: string[];
}

/** A build whose source lies ready. */
export async function jobOn({ workspaces }: Host, options: JobOptions): Promise<Job> {
  jobs += 1;
  const appId = `${options.appId ?? `app-${jobs}`}-${ours}`;
  const workspace = await workspaces.acquire(appId);
  await writeFiles(workspace.source, options.files ?? {});
  const lines: string[] = [];
  return {
    buildId: `build-${ours}-${jobs}`,
    appId,
    plan: { ...emptyPlan, build: options.build === undefined ? null : step(options.build), ...options.plan },
    rootFolder: options.rootFolder ?? '',
    workspace,
    variables: options.variables ?? {},
    tools: {},
    onLines: options.onLines ?? ((more) => void lines.push(...more)),
    signal: options.signal ?? new AbortController().signal,
    onProcessorTime: options.onProcessorTime ?? (async () => undefined),
    lines,
  };
}

/** Pid that a process of the build wrote into a file. */
export const pidIn = (job: BuildJob, name: string): Promise<number> =>
  eventually(async () => {
    const pid = Number(await readFile(join(job.workspace.source, name), 'utf8'));
    if (!(pid > 0)) throw new Error(`${name} holds no pid yet`);
    return pid;
  });

export const isRunning = (pid: number): boolean => listProcesses().some((each) => each.pid === pid);
