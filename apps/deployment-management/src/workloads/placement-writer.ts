import type { InstanceCounts } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Allocations } from '../allocations/allocations.js';
import type { Actor } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { PlacementRow } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { Arrivals } from './arrivals.js';
import type { Destination } from './move-writer.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** What is written when a workload comes to stand on one cluster more, or less. All under its row lock. */
@Injectable()
export class PlacementWriter {
  constructor(
    private readonly rows: PlacementsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly writer: WorkloadWriter,
    private readonly arrivals: Arrivals,
    private readonly allocations: Allocations,
    private readonly mint: Mint,
  ) {}

  /** The caller has claimed the space there. */
  async join(
    tx: Tx,
    workload: WorkloadRow,
    { to, counts }: { readonly to: Destination; readonly counts: InstanceCounts },
    by: Actor,
  ): Promise<void> {
    const { id: workloadId } = workload;
    const clusterId = to.cluster.id;
    if (!(await this.rows.join(tx, { workloadId, clusterId, counts, at: this.mint.now() })))
      throw new Error('A workload stands where it was to come beside the first.');
    await this.arrivals.begin(tx, workload, { id: clusterId, name: to.name });
    await this.writer.changed(tx, workload, { by, action: 'workloads:move', detail: { joins: to.name, counts } });
  }

  async scale(
    tx: Tx,
    workload: WorkloadRow,
    { id, cluster, counts: former }: PlacementRow,
    counts: InstanceCounts,
    by: Actor,
  ): Promise<void> {
    await this.rows.setCounts(tx, workload.id, id, counts);
    await this.workloads.bump(tx, workload.id);
    const beside = { was: { counts: former }, is: { counts: { ...former, ...counts } } };
    await this.writer.changed(tx, workload, { by, action: 'workloads:scale', detail: { cluster }, beside });
  }

  /** Until nothing of it is there, what runs there counts as before. What never arrived has nothing to serve on. */
  async part(
    tx: Tx,
    workload: WorkloadRow,
    { placement, drainSeconds }: { readonly placement: PlacementRow; readonly drainSeconds: number },
    by: Actor,
  ): Promise<void> {
    const { id, cluster, isOutOfReach, state } = placement;
    const seconds = state === 'active' ? drainSeconds : 0;
    const until = new Date(this.mint.now().getTime() + seconds * 1_000);
    if (isOutOfReach) await this.allocations.end(tx, workload, cluster, false);
    await this.rows.part(tx, workload.id, id, until, null);
    await this.arrivals.end(tx, workload.id, id);
    await this.writer.changed(tx, workload, {
      by,
      action: 'workloads:move',
      detail: { leaves: cluster, drainSeconds: seconds },
    });
  }
}
