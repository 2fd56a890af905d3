import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { HeldCluster } from '../clusters/clusters.repository.js';
import { isBeside, type PlacementRow, turnTo } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { Arrivals } from './arrivals.js';
import { Destinations } from './destinations.js';
import { Successions } from './successions.js';
import type { WorkloadRow } from './workload.js';
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
    private readonly rows: PlacementsRepository,
    private readonly writer: WorkloadWriter,
    private readonly destinations: Destinations,
    private readonly successions: Successions,
    private readonly arrivals: Arrivals,
    private readonly mint: Mint,
  ) {}

  /** The caller holds the environment's row, and the workload's. Nothing when it stands there or is on its way. @throws 422 when it could not run there, 409 when it stands there but is not live, or over quota */
  async move(tx: Tx, workload: WorkloadRow, destination: Destination, by: Actor): Promise<void> {
    const { cluster, name, drainSeconds, failover } = destination;
    const placements = await this.rows.all(tx, workload.id);
    const turn = turnTo(placements, cluster.id);
    if (!turn.arrives && turn.turnsFrom.length === 0) return;
    if (isBeside(placements, cluster.id)) {
      for (const id of turn.turnsFrom) await this.turnFrom(tx, workload.id, id);
      // After a failover the former is not the workload's any more: the platform chose so.
      if (!failover && isFormerThere(placements)) await this.destinations.requireRoomBeside(tx, workload, destination);
      else if (!failover) await this.destinations.takeRoomBeside(tx, workload, destination);
      return this.successions.takeOver(tx, workload, destination, by);
    }
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
    await this.destinations.claimSpace(tx, workload, to);
    await this.rows.arrive(tx, {
      workloadId: workload.id,
      clusterId,
      drainSeconds,
      isFailover: failover !== undefined,
      at,
    });
    await this.arrivals.begin(tx, workload, { id: clusterId, name: to.name });
  }

  private async turnFrom(tx: Tx, workloadId: string, clusterId: string): Promise<void> {
    await this.rows.turnBack(tx, workloadId, clusterId, this.mint.now(), null);
    await this.arrivals.end(tx, workloadId, clusterId);
  }
}

const isFormerThere = (placements: readonly PlacementRow[]): boolean =>
  placements.some(
    ({ state, isFirst, isOutOfReach, isGone }) => state === 'active' && isFirst && !isOutOfReach && !isGone,
  );
