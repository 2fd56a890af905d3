import type { Progress } from '@berth/billing';
import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Position } from '../accepted-events/accepted-event.js';
import { requireTenant } from '../accepted-events/refusal.js';
import type { Anomaly } from './anomalies.js';
import type { Telling } from './telling.js';

/** How far the spans of a workload follow what was told of it. */
export interface MeteredWorkload {
  readonly workloadId: string;
  readonly organizationId: string;
  readonly progress: Progress;
  /** Whether anything runs since the last change. */
  readonly runs: boolean;
  /** The newest version that exists, whether or not its content is known. */
  readonly seen: Position;
  /** Whether a gap is on record. */
  readonly hasGap: boolean;
  /** Begin of the period of its organization that is open; null: the organization has no billing account yet. */
  readonly openSince: Date | null;
}

/** What is known of a workload after a run of events. */
export interface SettledWorkload extends Pick<MeteredWorkload, 'workloadId' | 'progress' | 'runs' | 'seen'> {
  readonly isHeard: boolean;
  /** Place in the log of its last event; null: nothing was added. */
  readonly acceptedSeq: string | null;
  /** Its allocation was known to hold then. */
  readonly confirmedAt: Date | null;
}

export interface NotedAnomaly extends Anomaly {
  readonly workloadId: string;
  readonly organizationId: string;
}

interface WorkloadRow extends Pick<MeteredWorkload, 'workloadId' | 'organizationId' | 'runs' | 'hasGap' | 'openSince'> {
  readonly epoch: number;
  readonly version: number;
  readonly at: Date | null;
  readonly seenEpoch: number;
  readonly seenVersion: number;
}

const lockSql = `
  select w.workload_id as "workloadId", w.organization_id as "organizationId", w.epoch, w.version,
         w.effective_at as at, w.runs, w.seen_epoch as "seenEpoch", w.seen_version as "seenVersion",
         exists (select from allocation_gap g where g.workload_id = w.workload_id) as "hasGap",
         (select open_since from billing_account b where b.organization_id = w.organization_id) as "openSince"
    from metered_workload w where w.workload_id = any($1::uuid[]) order by w.workload_id for update`;

const addSql = `
  insert into metered_workload (workload_id, organization_id, epoch, version, seen_epoch, seen_version, heard_at, is_volume)
  select workload_id, organization_id, 0, 0, 0, 0, $4, is_volume
    from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as told (workload_id, organization_id, is_volume)
   order by workload_id on conflict do nothing`;

const settleSql = `
  update metered_workload w
     set epoch = s.epoch, version = s.version, effective_at = s.at, runs = s.runs, seen_epoch = s.seen_epoch,
         seen_version = s.seen_version, heard_at = case when s.heard then $9 else w.heard_at end,
         confirmed_at = greatest(w.confirmed_at, s.confirmed_at),
         accepted_seq = coalesce(s.accepted_seq, w.accepted_seq)
    from unnest($1::uuid[], $2::int[], $3::int[], $4::timestamptz[], $5::boolean[], $6::int[], $7::int[], $8::boolean[],
                $10::timestamptz[], $11::bigint[])
      as s (workload_id, epoch, version, at, runs, seen_epoch, seen_version, heard, confirmed_at, accepted_seq)
   where w.workload_id = s.workload_id`;

const workloadOf = ({ epoch, version, at, seenEpoch, seenVersion, ...row }: WorkloadRow): MeteredWorkload => ({
  ...row,
  progress: { epoch, version, at },
  seen: { epoch: seenEpoch, version: seenVersion },
});

@Injectable()
export class MeteredWorkloadsRepository {
  constructor(private readonly clock: Clock) {}

  /**
   * Locks the workloads until the end of the transaction, so that their facts are applied one at a time.
   * @throws Refused when one of them is somebody else's
   */
  async lock(tx: Tx, tellings: readonly Telling[]): Promise<ReadonlyMap<string, MeteredWorkload>> {
    const ids = tellings.map(({ workloadId }) => workloadId);
    const known = await this.lockKnown(tx, ids);
    const unknown = tellings.filter(({ workloadId }) => !known.has(workloadId));
    if (unknown.length > 0) {
      const organizations = unknown.map(({ organizationId }) => organizationId);
      const volumes = unknown.map(({ isUnconfirmed }) => isUnconfirmed);
      await tx.query(addSql, [unknown.map(({ workloadId }) => workloadId), organizations, volumes, this.clock.now()]);
    }
    const all = unknown.length > 0 ? await this.lockKnown(tx, ids) : known;
    for (const { workloadId, organizationId } of tellings)
      requireTenant(all.get(workloadId)?.organizationId ?? '', organizationId);
    return all;
  }

  async settle(tx: Tx, workloads: readonly SettledWorkload[]): Promise<void> {
    await tx.query(settleSql, [
      ...[workloads.map((each) => each.workloadId), workloads.map(({ progress }) => progress.epoch)],
      ...[workloads.map(({ progress }) => progress.version), workloads.map(({ progress }) => progress.at)],
      ...[workloads.map((each) => each.runs), workloads.map(({ seen }) => seen.epoch)],
      ...[workloads.map(({ seen }) => seen.version), workloads.map((each) => each.isHeard)],
      ...[this.clock.now(), workloads.map((each) => each.confirmedAt), workloads.map((each) => each.acceptedSeq)],
    ]);
  }

  /** Makes it visible when something newer exists than what the spans follow. */
  async noteGaps(tx: Tx, workloadIds: readonly string[]): Promise<void> {
    if (workloadIds.length === 0) return;
    await tx.query(
      `insert into allocation_gap (workload_id, organization_id, applied_version, seen_version, since)
       select workload_id, organization_id, version, seen_version, $2 from metered_workload
        where workload_id = any($1::uuid[]) and (seen_epoch, seen_version) > (epoch, version)
       on conflict (workload_id) do update
         set applied_version = excluded.applied_version, seen_version = excluded.seen_version`,
      [workloadIds, this.clock.now()],
    );
    await tx.query(
      `delete from allocation_gap g using metered_workload w
        where g.workload_id = any($1::uuid[]) and w.workload_id = g.workload_id
          and (w.seen_epoch, w.seen_version) <= (w.epoch, w.version)`,
      [workloadIds],
    );
  }

  async noteAnomalies(tx: Tx, anomalies: readonly NotedAnomaly[]): Promise<void> {
    if (anomalies.length === 0) return;
    await tx.query(
      `insert into usage_anomaly (workload_id, organization_id, kind, epoch, version, detail)
       select "workloadId", "organizationId", kind, epoch, version, detail
         from rows from (jsonb_to_recordset($1::jsonb)
                as ("workloadId" uuid, "organizationId" uuid, kind text, epoch int, version int, detail jsonb))
              with ordinality as told ("workloadId", "organizationId", kind, epoch, version, detail, place)
        order by place`,
      [JSON.stringify(anomalies)],
    );
  }

  /** What was noted about facts that are applied anew, and that they were compared with their spans. */
  async forgetNotes(tx: Tx, workloadId: string): Promise<void> {
    await tx.query('delete from usage_anomaly where workload_id = $1', [workloadId]);
    await tx.query('delete from usage_check where workload_id = $1', [workloadId]);
  }

  private async lockKnown(tx: Tx, ids: readonly string[]): Promise<Map<string, MeteredWorkload>> {
    const rows = await tx.query<WorkloadRow>(lockSql, [ids]);
    return new Map(rows.map((row) => [row.workloadId, workloadOf(row)]));
  }
}
