import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { HeldCluster } from '../clusters/clusters.repository.js';
import { turnTo } from '../clusters/placement.js';
import { Placements } from '../clusters/placements.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { Destinations } from './destinations.js';
import { arrivalDeadline } from './relocation-steps.js';
import { deadlinesOf, type WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';

export interface Destination {
  readonly cluster: HeldCluster;
  readonly name: string;
  readonly drainSeconds: number;
  /** Of a failover: which cluster does not answer, and since when. */
  readonly failover?: { readonly from: string; readonly unreachableSince: string };
}

/** Sets a workload on its way to a cluster: what the loop then does. */
@Injectable()
export class MoveWriter {
  constructor(
    private readonly placements: Placements,
    private readonly rows: PlacementsRepository,
    private readonly writer: WorkloadWriter,
    private readonly destinations: Destinations,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** The caller holds the environment's row, and the workload's. Nothing when it stands there or is on its way. @throws 422 when it could not run there */
  async move(tx: Tx, workload: WorkloadRow, destination: Destination, by: Actor): Promise<void> {
    const { cluster, name, drainSeconds, failover } = destination;
    const turn = turnTo(await this.rows.all(tx, workload.id), cluster.id);
    if (!turn.arrives && turn.turnsFrom.length === 0) return;
    if (turn.arrives) await this.destinations.requireFit(tx, workload, destination);
    for (const id of turn.turnsFrom) await this.turnFrom(tx, workload.id, id);
    if (turn.arrives) await this.arrive(tx, workload, destination);
    const detail = { cluster: name, drainSeconds, ...(failover && { failover }) };
    const beside = { was: { cluster: workload.cluster }, is: { cluster: name } };
    await this.writer.changed(tx, workload, { by, action: 'workloads:move', detail, beside });
  }

  private async arrive(tx: Tx, workload: WorkloadRow, to: Destination): Promise<void> {
    const at = this.mint.now();
    const {
      cluster: { id: clusterId },
      drainSeconds,
      failover,
    } = to;
    await this.placements.claimSpace(tx, workload.environmentId, clusterId, '/cluster');
    await this.rows.arrive(tx, {
      workloadId: workload.id,
      clusterId,
      drainSeconds,
      isFailover: failover !== undefined,
      at,
    });
    const { rolling, verifying } = deadlinesOf(workload);
    const until = new Date(at.getTime() + (rolling + verifying) * 1_000);
    await this.queue.setDeadline(tx, { ...arrivalDeadline(workload.id, clusterId), at: until });
  }

  private async turnFrom(tx: Tx, workloadId: string, clusterId: string): Promise<void> {
    await this.rows.turnBack(tx, workloadId, clusterId, this.mint.now(), null);
    await this.queue.clearDeadline(tx, arrivalDeadline(workloadId, clusterId));
  }
}
