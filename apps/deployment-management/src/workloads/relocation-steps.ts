import type { ObservedWorkload } from '@berth/contracts/runtime';
import { workloadUpdated } from '@berth/contracts/events';
import { type ReconcileContext, WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { PlacementRow } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { ENVIRONMENTS } from '../environments/environment-queue.js';
import { underLock } from './under-lock.js';
import type { WorkloadRow } from './workload.js';
import { WORKLOADS } from './workload-queue.js';
import { WorkloadReports } from './workload-reports.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

export interface TakingOver {
  readonly placement: PlacementRow;
  /** What was found live there; null when nothing is to run. */
  readonly observed: ObservedWorkload | null;
  readonly isFormerThere: boolean;
}

/** Deadline of an arrival: its name is the cluster's id. */
export const arrivalDeadline = (workloadId: string, clusterId: string) => ({
  ...{ queue: WORKLOADS, key: workloadId, name: clusterId },
});

/** What becomes of placements, each in a transaction that holds the workload's lock. */
@Injectable()
export class RelocationSteps {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly placements: PlacementsRepository,
    readonly reports: WorkloadReports,
    private readonly queue: WorkQueue,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  /** Nothing is done when the proof is of a state that is desired no more, or the move was given up meanwhile. */
  async takeOver(context: ReconcileContext, view: WorkloadView, { placement, ...seen }: TakingOver): Promise<void> {
    const { id } = view.workload;
    await underLock(context, this.workloads, id, async (tx, workload) => {
      const isOnItsWay = (await this.placements.elsewhere(tx, id)).some(
        (each) => each.id === placement.id && each.state === 'arriving',
      );
      if (!isOnItsWay || workload.generation !== view.workload.generation) return;
      const at = this.mint.now();
      const former = { view: { ...view, workload }, desired: null, observed: null };
      if (!seen.isFormerThere) await this.reports.recordAllocation(tx, former);
      await this.placements.takeOver(tx, id, placement.id, new Date(at.getTime() + placement.drainSeconds * 1_000));
      await this.queue.clearDeadline(tx, arrivalDeadline(id, placement.id));
      const moved = (await this.workloads.find(tx, id)) ?? workload;
      // The former one served until this moment.
      const observed = seen.observed && {
        ...seen.observed,
        ...(seen.isFormerThere && { changedAt: at.toISOString() }),
      };
      await this.reports.recordAllocation(tx, { view: { ...view, workload: moved }, desired: null, observed });
      await this.tell(tx, moved, { cluster: placement.cluster, from: workload.cluster });
    });
  }

  /** Beside the first: from now on what it uses there counts. Nothing when it was taken back, or something else is desired. */
  activate(
    context: ReconcileContext,
    view: WorkloadView,
    { id: clusterId, cluster }: PlacementRow,
    observed: ObservedWorkload | null,
  ): Promise<void> {
    const { id, generation } = view.workload;
    return underLock(context, this.workloads, id, async (tx, workload) => {
      const isOnItsWay = workload.further.some((each) => each.cluster === cluster && each.state === 'arriving');
      if (!isOnItsWay || workload.generation !== generation) return;
      await this.placements.activate(tx, id, clusterId);
      await this.queue.clearDeadline(tx, arrivalDeadline(id, clusterId));
      const placed = (await this.workloads.find(tx, id)) ?? workload;
      const since = observed && { ...observed, changedAt: this.mint.now().toISOString() };
      await this.reports.recordAllocation(tx, { view, desired: null, observed: since, cluster }, undefined, placed);
      await this.tell(tx, placed, { cluster, beside: workload.cluster });
      await this.queue.enqueue(tx, WORKLOADS, id);
    });
  }

  /** Beside the first, on a cluster that is gone: its usage there ends when it was last certain. */
  lose(context: ReconcileContext, view: WorkloadView, placement: PlacementRow, reason: string): Promise<void> {
    return underLock(context, this.workloads, view.workload.id, async (tx, workload) => {
      const { id, cluster } = placement;
      if (!workload.further.some((each) => each.cluster === cluster)) return;
      await this.reports.recordAllocation(tx, { view, desired: null, observed: null, cluster }, undefined, workload);
      await this.placements.part(tx, workload.id, id, this.mint.now(), reason);
      await this.tell(tx, workload, { left: cluster, reason });
    });
  }

  /** It stays where it stands. */
  turnBack(context: ReconcileContext, view: WorkloadView, placement: PlacementRow, reason: string): Promise<void> {
    return underLock(context, this.workloads, view.workload.id, (tx, workload) =>
      this.giveUp(tx, workload, placement.id, reason),
    );
  }

  /** Whatever the loop is doing. Answers false when nothing was on its way to a cluster of that id. */
  async timeOut(tx: Tx, workload: WorkloadRow, clusterId: string): Promise<boolean> {
    const late = (await this.placements.elsewhere(tx, workload.id)).find(
      ({ id, state }) => id === clusterId && state === 'arriving',
    );
    if (!late) return false;
    const seen = late.message === null ? '' : ` What was seen last: ${late.message}`;
    await this.giveUp(tx, workload, clusterId, `It did not arrive within its deadline.${seen}`);
    await this.queue.enqueue(tx, WORKLOADS, workload.id);
    return true;
  }

  /** Nothing of it is there any more. */
  leave(context: ReconcileContext, view: WorkloadView, { id, cluster }: PlacementRow): Promise<void> {
    return underLock(context, this.workloads, view.workload.id, async (tx, workload) => {
      await this.reports.recordAllocation(tx, { view, desired: null, observed: null, cluster }, undefined, workload);
      await this.placements.leave(tx, workload.id, id);
      await this.queue.enqueue(tx, ENVIRONMENTS, workload.environmentId);
    });
  }

  async note(
    context: ReconcileContext,
    { workload }: WorkloadView,
    { id, message: known }: PlacementRow,
    message: string,
  ): Promise<void> {
    if (message !== known) await context.transaction((tx) => this.placements.note(tx, workload.id, id, message));
  }

  private async giveUp(tx: Tx, workload: WorkloadRow, clusterId: string, reason: string): Promise<void> {
    if (!(await this.placements.turnBack(tx, workload.id, clusterId, this.mint.now(), reason))) return;
    await this.queue.clearDeadline(tx, arrivalDeadline(workload.id, clusterId));
    await this.tell(tx, workload, { stays: workload.cluster, reason });
  }

  private async tell(tx: Tx, workload: WorkloadRow, detail: Readonly<Record<string, string>>): Promise<void> {
    const { id: workloadId, organizationId, projectId, environmentId, appId } = workload;
    const data = { workloadId, organizationId, projectId, environmentId, appId };
    await this.changes.tell(tx, workloadUpdated, { subject: workloadId, organizationId, data });
    await this.changes.leadElsewhere(tx, organizationId);
    const target = { kind: 'workload', id: workloadId };
    await this.changes.act(tx, { by: 'platform', action: 'workloads:move', target, organizationId, detail });
  }
}
