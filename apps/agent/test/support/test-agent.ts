import { expect } from '@jest/globals';
import type { DesiredProcess, DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { type RunningAgent, startAgent } from '../../src/agent.js';
import type { Cgroups } from '../../src/limits/cgroups.js';
import { environmentOf } from '../../src/processes/proc.js';
import type { Tuning } from '../../src/tuning.js';
import { AgentClient } from './agent-client.js';
import { apps } from './apps.js';
import { FakeRouter } from './fake-router.js';
import { SlugShelf } from './slugs.js';

export interface TestAgentOptions {
  readonly isolateUsers?: boolean;
  readonly tuning?: Partial<Tuning>;
  readonly cgroups?: Cgroups;
}

export const HOST = 'shop-staging-abc123.localhost';
export const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A running agent with a shelf of slugs, a router that remembers and a client. */
export class TestAgent {
  private readonly made = mkdtempSync(join(tmpdir(), 'berth-agent-'));
  readonly folder: string = this.made;
  readonly socketPath = join(this.folder, 'agent.sock');
  readonly shelf = new SlugShelf();
  readonly router = new FakeRouter();
  readonly client = new AgentClient(this.socketPath);
  private running: RunningAgent | undefined;

  static async start(options: TestAgentOptions = {}): Promise<TestAgent> {
    const made = new TestAgent();
    await made.start(options);
    return made;
  }

  async start(options: TestAgentOptions = {}): Promise<void> {
    chmodSync(this.folder, 0o711);
    this.running = await this.startOn(options).catch((error: unknown) => {
      rmSync(this.made, { recursive: true, force: true });
      throw error;
    });
  }

  private startOn(options: TestAgentOptions): Promise<RunningAgent> {
    return startAgent({
      folder: join(this.folder, 'agent'),
      socketPath: this.socketPath,
      blobs: this.shelf.open,
      router: this.router,
      logger: pino({ level: 'silent' }),
      isolateUsers: options.isolateUsers ?? false,
      ...(options.cgroups ? { cgroups: options.cgroups } : {}),
      toolPath: dirname(process.execPath),
      tuning: { backoff: 200, settle: 300, hold: 300, sample: 200, workerReady: 300, ...options.tuning },
    });
  }

  async close(): Promise<void> {
    await this.running?.close();
  }

  async dispose(): Promise<void> {
    await this.close();
    await this.router.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Deletes a workload and waits until it is gone. */
  async remove(id: string): Promise<void> {
    expect((await this.client.call('DELETE', `/workloads/${id}`)).status).toBe(202);
    await eventually(async () => expect((await this.client.call('GET', `/workloads/${id}`)).status).toBe(404));
  }

  /** Digest of a slug with all test programs; `version` makes it different. */
  slug(version = 'v1', more: Readonly<Record<string, string>> = {}): string {
    return this.shelf.add({ ...apps, ...more, version });
  }

  /** Polls until `check` no longer throws for what is observed. */
  until(id: string, check: (observed: ObservedWorkload) => void, within = 30_000): Promise<ObservedWorkload> {
    const attempt = async (): Promise<ObservedWorkload> => {
      const observed = await this.client.observe(id);
      check(observed);
      return observed;
    };
    return eventually(attempt, { within });
  }

  async untilReady(id: string, count = 1): Promise<ObservedWorkload> {
    return this.until(id, (observed) => {
      const ready = observed.instances.filter(
        (each) => each.state === 'ready' && (each.routed || each.processType !== 'web'),
      );
      if (ready.length !== count || observed.instances.length !== count)
        throw new Error(`not as wanted: ${JSON.stringify(observed.instances)} ${JSON.stringify(observed.trouble)}`);
    });
  }
}

export const web = (command = 'node server.js', more: Partial<DesiredProcess> = {}): DesiredProcess => ({
  name: 'web',
  command,
  instances: 1,
  cpuMillicores: 500,
  memoryMib: 256,
  health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
  ...more,
});

export const worker = (command: string, more: Partial<DesiredProcess> = {}): DesiredProcess =>
  web(command, { name: 'worker', ...more });

/** A desired workload of a fresh id; the release's hash follows from artifact and number. */
export function desiredOf(
  digest: string,
  processes: DesiredProcess[],
  more: Partial<DesiredWorkload> = {},
): DesiredWorkload {
  const number = more.generation ?? 1;
  return {
    workloadId: randomUUID(),
    organizationId: randomUUID(),
    projectId: randomUUID(),
    environmentId: randomUUID(),
    appId: randomUUID(),
    namespace: 'staging-0123456789',
    name: 'shop',
    generation: number,
    release: {
      number,
      hash: hashOf(`${digest} ${number}`),
      configHash: hashOf('config'),
      artifact: { kind: 'slug', digest, sizeBytes: 1 },
    },
    environment: {},
    processes,
    hosts: [HOST],
    restartToken: '',
    startDeadlineSeconds: 30,
    stopDeadlineSeconds: 3,
    ...more,
  };
}

/** The next generation of a workload with another release. */
export const nextRelease = (from: DesiredWorkload, digest: string, processes = from.processes): DesiredWorkload =>
  desiredOf(digest, processes, { workloadId: from.workloadId, generation: from.generation + 1 });

/** Pids of all processes whose environment names one of these instances, wherever they went. */
export function processesOf(instanceIds: readonly string[]): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => {
    const parts = environmentOf(pid);
    return instanceIds.some((id) => parts.includes(`BERTH_INSTANCE=${id}`));
  });
}
