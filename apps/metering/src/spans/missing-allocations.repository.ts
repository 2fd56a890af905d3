import type { DataOf, workloadAllocationSnapshotRequested } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export type MissingAllocation = DataOf<typeof workloadAllocationSnapshotRequested>;

export interface Deadlines {
  readonly now: Date;
  /** A gap as old as this is not closed by what is on its way. */
  readonly gapSince: Date;
  readonly silentSince: Date;
  /** What was asked for after this is not asked for again yet. */
  readonly askedSince: Date;
}

type Claimed = Omit<MissingAllocation, 'place'> & { readonly place: MissingAllocation['place'] | null };

const BATCH = 200;

/** Nobody says of a volume or a domain that it is still there, and its owner is not asked for a snapshot of it. */
const claimSql = `
  with missing as (
    select workload_id from allocation_gap where since <= $2
    union
    select workload_id from metered_workload where runs and heard_at <= $3
  ), claimed as (
    select w.workload_id from metered_workload w join missing using (workload_id)
     where (w.asked_at is null or w.asked_at <= $4) and not w.is_volume
     order by w.asked_at nulls first limit $5
       for update of w skip locked
  )
  update metered_workload w set asked_at = $1 from claimed
   where w.workload_id = claimed.workload_id
  returning w.workload_id as "workloadId", w.organization_id as "organizationId", w.version as "knownVersion",
            case when (w.seen_epoch, w.seen_version) > (w.epoch, w.version) then 'gap' else 'silence' end as reason,
            (select jsonb_build_object('projectId', a.data->'projectId', 'environmentId', a.data->'environmentId',
                                       'appId', a.data->'appId')
               from accepted_event a where a.workload_id = w.workload_id limit 1) as place`;

@Injectable()
export class MissingAllocationsRepository {
  /** Takes some that are due; other replicas pass over them. */
  async claim(tx: Tx, { now, gapSince, silentSince, askedSince }: Deadlines): Promise<MissingAllocation[]> {
    const values = [now, gapSince, silentSince, askedSince, BATCH];
    // eslint-disable-next-line berth/tenant-query -- a reconciler asks after what is missing of every organization
    const rows = await tx.query<Claimed>(claimSql, values);
    return rows.map(({ place, ...missing }) => ({ ...missing, ...(place && { place }) }));
  }
}
