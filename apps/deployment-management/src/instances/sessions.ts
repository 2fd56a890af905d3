import type { Duplex } from 'node:stream';
import type { Caller } from '@berth/access';
import type { ExecQuery, ForwardQuery } from '@berth/contracts/deployment';
import type { ObservedInstance } from '@berth/contracts/runtime';
import { Database, defineErrors, maskFor } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { ReleaseConfigs } from '../releases/release-configs.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { type Runtime, RuntimeUnavailable } from '../runtime/runtime.js';
import { type PlacedRuntime, Runtimes } from '../runtime/runtimes.js';
import { SessionRefused } from '../runtime/session-runtime.js';
import type { WorkloadRow } from '../workloads/workload.js';

const errors = defineErrors({
  ...{ InstanceNotFound: 404, SessionRefused: 409, NoInstance: 409, SessionNotSupported: 501, RuntimeUnavailable: 503 },
});
const OPEN_MILLISECONDS = 10_000;
/** One cluster that says nothing leaves time for those after it. */
const ASK_MILLISECONDS = 3_000;

/** Opens ways into instances; who asked for what is written down before. */
@Injectable()
export class Sessions {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly database: Database,
    private readonly releases: ReleasesRepository,
    private readonly configs: ReleaseConfigs,
    private readonly changes: Changes,
  ) {}

  /** @throws 404, 409, 501, 503 */
  async exec(caller: Caller, workload: WorkloadRow, query: ExecQuery): Promise<Duplex> {
    const mask = await this.maskOf(workload);
    const said = { command: query.command.map(mask), terminal: query.terminal };
    return this.open(caller, workload, query.instance, said, (runtime, instance, signal) =>
      runtime.exec({ workloadId: workload.id, instance }, query, signal),
    );
  }

  /** @throws 404, 409, 501, 503 */
  async forward(caller: Caller, workload: WorkloadRow, query: ForwardQuery): Promise<Duplex> {
    const port = query.port ?? null;
    return this.open(caller, workload, query.instance, { port }, (runtime, instance, signal) =>
      runtime.forward({ workloadId: workload.id, instance }, port, signal),
    );
  }

  private async open(
    caller: Caller,
    workload: WorkloadRow,
    wanted: string | undefined,
    said: object,
    begin: (runtime: Runtime, instance: string, signal: AbortSignal) => Promise<Duplex>,
  ): Promise<Duplex> {
    const signal = AbortSignal.timeout(OPEN_MILLISECONDS);
    try {
      const { runtime, instance } = await chosen(await this.runtimes.allOf(workload.id), workload.id, wanted, signal);
      await this.writeDown(caller, workload, { instance, ...said });
      return await begin(runtime, instance, signal);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  private async writeDown(by: Caller, { id, organizationId }: WorkloadRow, detail: Record<string, unknown>) {
    const act = { by, action: 'workloads:exec', target: { kind: 'workload', id }, organizationId, detail };
    await this.database.transaction((tx) => this.changes.act(tx, act));
  }

  /** What is typed may hold what the app was told. */
  private async maskOf({ currentReleaseId }: WorkloadRow): Promise<(text: string) => string> {
    const release = currentReleaseId === null ? undefined : await this.releases.find(this.database, currentReleaseId);
    return release ? maskFor(await this.configs.secretValuesOf(release)) : (text) => text;
  }
}

interface Chosen {
  readonly runtime: Runtime;
  readonly instance: string;
}

/** The one that is named, on whichever cluster; else one that serves on the first that has any, `web` first. */
async function chosen(
  places: readonly PlacedRuntime[],
  workloadId: string,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<Chosen> {
  const silent: string[] = [];
  for (const { cluster, runtime } of places) {
    const instances = await instancesIn(runtime, workloadId, signal);
    if (!instances) silent.push(cluster);
    const found = wanted === undefined ? bestOf(instances ?? []) : instances?.find(({ id }) => id === wanted);
    if (found) return { runtime, instance: found.id };
  }
  if (silent.length > 0) throw errors.RuntimeUnavailable(`${silent.join(', ')} could not be asked.`, { retryAfter: 2 });
  if (wanted === undefined) throw errors.NoInstance('No instance runs.');
  throw new SessionRefused('instance_not_found', `There is no instance ${wanted}.`);
}

/** Undefined when the cluster cannot be asked. */
async function instancesIn(
  runtime: Runtime,
  workloadId: string,
  signal: AbortSignal,
): Promise<readonly ObservedInstance[] | undefined> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(ASK_MILLISECONDS)]);
    return (await runtime.observe(workloadId, bounded))?.instances ?? [];
  } catch (error) {
    if (error instanceof RuntimeUnavailable) return undefined;
    throw error;
  }
}

const bestOf = (instances: readonly ObservedInstance[]): ObservedInstance | undefined =>
  instances
    .filter(({ state }) => state !== 'stopping')
    .toSorted((a, b) => rankOf(b) - rankOf(a))
    .at(0);

const rankOf = ({ state, processType }: ObservedInstance): number =>
  (state === 'ready' ? 2 : 0) + (processType === 'web' ? 1 : 0);

function refusalOf(error: unknown): unknown {
  if (error instanceof RuntimeUnavailable)
    return errors.RuntimeUnavailable('The runtime does not answer.', { retryAfter: 2 });
  if (!(error instanceof SessionRefused)) return error;
  switch (error.reason) {
    case 'instance_not_found':
      return errors.InstanceNotFound(error.message);
    case 'not_supported':
      return errors.SessionNotSupported(error.message);
    case 'refused':
      return errors.SessionRefused(error.message);
  }
}
