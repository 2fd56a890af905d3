import { workloadAllocationSnapshot } from '@berth/contracts/events';
import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { AcceptedAllocation, AllocationEvent, Position } from './accepted-event.js';

/** The append-only log that usage can be derived from again, for ever. The inbox forgets, this does not. */
@Injectable()
export class AcceptedEventsRepository {
  constructor(private readonly clock: Clock) {}

  /**
   * Answers whether the event says something new. A snapshot of a version that was only told as a change does: it holds
   * also where versions before it are missing. The caller holds the lock of the workload.
   */
  async append(tx: Tx, event: AllocationEvent): Promise<boolean> {
    const { workloadId, allocationVersion } = event.data;
    const isSnapshot = event.type === workloadAllocationSnapshot.type;
    const [row] = await tx.query<{ isNews: boolean }>(
      `with told as (
         select from accepted_event
          where workload_id = $4 and epoch = $5 and version = $6 and (is_snapshot or not $7) limit 1
       ), added as (
         insert into accepted_event
           (source, id, type, workload_id, epoch, version, is_snapshot, time, accepted_at, data)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (source, id) do nothing
       )
       select not exists (select from told) as "isNews"`,
      [
        ...[event.source, event.id, event.type, workloadId, event.epoch, allocationVersion],
        ...[isSnapshot, event.time, this.clock.now(), JSON.stringify(event.data)],
      ],
    );
    return row?.isNews ?? false;
  }

  /** What may be applied on top of `position`: the very next version, or else the next snapshot. */
  async next(tx: Tx, workloadId: string, position: Position): Promise<AcceptedAllocation | undefined> {
    const [row] = await tx.query<AcceptedAllocation>(
      `select epoch, version, is_snapshot as "isSnapshot", time, data from accepted_event
        where workload_id = $1 and (epoch, version) > ($2::int, $3::int)
          and (is_snapshot or (version = $3 + 1 and (epoch = $2 or $3 = 0)))
        order by epoch, version, is_snapshot, source, id limit 1`,
      [workloadId, position.epoch, position.version],
    );
    return row;
  }
}
