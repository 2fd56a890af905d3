import type { Caller } from '@berth/access';
import type { SetVertical } from '@berth/contracts/deployment';
import { RELEASE_PROCESS } from '@berth/contracts/runtime';
import { WorkQueue } from '@berth/reconcile';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { notFound } from '../not-found.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { workloadErrors } from '../workloads/workloads.errors.js';
import { WorkloadWriter } from '../workloads/workload-writer.js';
import { verticalErrors } from './vertical.errors.js';
import type { VerticalRow } from './vertical.js';
import { VERTICAL } from './vertical-queue.js';
import { VerticalRepository } from './vertical.repository.js';

/** Bounds for sizes: off until somebody sets them, and off again at once. */
@Injectable()
export class VerticalService {
  constructor(
    private readonly database: Database,
    private readonly access: WorkloadAccess,
    private readonly repository: VerticalRepository,
    private readonly writer: WorkloadWriter,
    private readonly queue: WorkQueue,
    private readonly releases: ReleasesRepository,
  ) {}

  /** @throws 404 when it has none, or the caller may not know of it */
  async get(caller: Caller, id: string): Promise<VerticalRow> {
    await this.access.require(caller, id, 'workloads:read');
    return (await this.repository.find(this.database, id)) ?? absent();
  }

  /** @throws 422 when the number of instances already follows the CPU, or a process type is not in the current release */
  async set(caller: Caller, id: string, { processes }: SetVertical): Promise<VerticalRow> {
    await this.access.require(caller, id, 'workloads:scale');
    return this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, id);
      requireOneRule(workload, processes);
      await this.requireTypes(tx, workload, Object.keys(processes));
      const former = await this.repository.find(tx, id);
      await this.repository.set(tx, id, processes);
      await this.queue.enqueue(tx, VERTICAL, id, { group: workload.organizationId });
      await this.writer.changed(tx, workload, {
        by: caller,
        action: 'workloads:scale',
        detail: { vertical: processes },
        beside: { was: { vertical: former?.processes }, is: { vertical: processes } },
      });
      return (await this.repository.find(tx, id)) ?? absent();
    });
  }

  /** Before the first release nobody knows the types. What has bounds may keep them when its type is gone. */
  private async requireTypes(tx: Tx, { id, currentReleaseId }: WorkloadRow, names: readonly string[]): Promise<void> {
    const release = currentReleaseId === null ? undefined : await this.releases.find(tx, currentReleaseId);
    if (!release) return;
    const before = Object.keys((await this.repository.find(tx, id))?.processes ?? {});
    const known = release.processes.map(({ name }) => name).filter((name) => name !== RELEASE_PROCESS);
    const unknown = names.find((name) => !known.includes(name) && !before.includes(name));
    if (unknown === undefined) return;
    const detail = `v${release.number} has no process type "${unknown}" with instances; it has ${known.join(', ')}.`;
    throw workloadErrors.ProcessTypeUnknown(detail, { pointer: `/processes/${unknown}` });
  }

  /** Sizes stay as they are. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.access.require(caller, id, 'workloads:scale');
    await this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, id);
      const former = await this.repository.find(tx, id);
      if (!(await this.repository.remove(tx, id))) return absent();
      const beside = { was: { vertical: former?.processes }, is: {} };
      const act = { by: caller, action: 'workloads:scale', detail: { vertical: null }, beside } as const;
      await this.writer.changed(tx, workload, act);
    });
  }
}

const absent = (): never => {
  throw notFound();
};

/** Each would undo what the other does: the number of instances follows the use of what one of them has. */
function requireOneRule({ autoscaling }: WorkloadRow, processes: SetVertical['processes']): void {
  const both = Object.keys(processes).find((name) => autoscaling[name] && processes[name]?.cpuMillicores);
  if (both === undefined) return;
  const detail = `The number of instances of ${both} follows their CPU: give bounds for memory only, or a count.`;
  throw verticalErrors.VerticalAndHorizontal(detail, { pointer: `/processes/${both}/cpuMillicores` });
}
