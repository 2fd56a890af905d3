import { Clock, type Tx } from '@berth/service-kit';
import type { AnomalyKind } from '@berth/contracts/metering';
import { Injectable } from '@nestjs/common';
import { lockOfOrganization } from '../accepted-events/organization-lock.js';
import type { Position } from '../accepted-events/accepted-event.js';
import { requireTenant } from '../accepted-events/refusal.js';

/** How far the spans of a workload follow what was told of it. */
export interface MeteredWorkload extends Position {
  readonly workloadId: string;
  readonly organizationId: string;
  /** Of the last change; null: none yet. */
  readonly effectiveAt: Date | null;
  /** Whether anything runs since the last change. */
  readonly runs: boolean;
  /** The newest version that exists, whether or not its content is known. */
  readonly seen: Position;
  /** Whether a gap is on record. */
  readonly hasGap: boolean;
  /** Begin of the period of its organization that is open; null: the organization has no billing account yet. */
  readonly openSince: Date | null;
}

/** What an event says about a workload besides its content. */
export interface Sighting {
  readonly workloadId: string;
  readonly organizationId: string;
  readonly position: Position;
  /** Whether it shows that the owner follows the workload; a snapshot that was asked for does not. */
  readonly isHeard: boolean;
}

interface WorkloadRow extends Omit<MeteredWorkload, 'seen'> {
  readonly seenEpoch: number;
  readonly seenVersion: number;
}

const isNewer = '(known.seen_epoch, known.seen_version) < (excluded.seen_epoch, excluded.seen_version)';

const lockSql = `
  insert into metered_workload as known
    (workload_id, organization_id, epoch, version, seen_epoch, seen_version, heard_at)
  select $1::uuid, $2::uuid, 0, 0, $3::int, $4::int, $5::timestamptz
    from (select pg_advisory_xact_lock_shared(${lockOfOrganization('$2')})) guard
  on conflict (workload_id) do update
    set seen_epoch = case when ${isNewer} then excluded.seen_epoch else known.seen_epoch end,
        seen_version = case when ${isNewer} then excluded.seen_version else known.seen_version end,
        heard_at = case when $6::boolean then excluded.heard_at else known.heard_at end
  returning workload_id as "workloadId", organization_id as "organizationId", epoch, version,
            effective_at as "effectiveAt", runs, seen_epoch as "seenEpoch", seen_version as "seenVersion",
            exists (select from allocation_gap g where g.workload_id = known.workload_id) as "hasGap",
            (select open_since from billing_account b where b.organization_id = known.organization_id) as "openSince"`;

export interface Anomaly extends Position {
  readonly kind: AnomalyKind;
  readonly detail: Readonly<Record<string, string | number>>;
}

@Injectable()
export class MeteredWorkloadsRepository {
  constructor(private readonly clock: Clock) {}

  /**
   * Locks the workload until the end of the transaction, so that its facts are applied one at a time, and keeps periods of
   * the organization from being closed meanwhile. Remembers that it was seen.
   * @throws Refused
   */
  async lock(tx: Tx, { workloadId, organizationId, position, isHeard }: Sighting): Promise<MeteredWorkload> {
    const { epoch, version } = position;
    const [row] = await tx.query<WorkloadRow>(lockSql, [
      ...[workloadId, organizationId, epoch, version, this.clock.now(), isHeard],
    ]);
    if (!row) throw new Error(`workload ${workloadId} vanished`);
    requireTenant(row.organizationId, organizationId);
    const { seenEpoch, seenVersion, ...workload } = row;
    return { ...workload, seen: { epoch: seenEpoch, version: seenVersion } };
  }

  /** The allocation was still the one of `version` then. */
  async confirm(tx: Tx, workloadId: string, position: Position, at: Date): Promise<void> {
    await tx.query(
      `update metered_workload set confirmed_at = greatest(confirmed_at, $4)
        where workload_id = $1 and epoch = $2 and version = $3`,
      [workloadId, position.epoch, position.version, at],
    );
  }

  /** Makes it visible when something newer exists than what the spans follow. */
  async noteGap(tx: Tx, workloadId: string): Promise<void> {
    await tx.query(
      `insert into allocation_gap (workload_id, organization_id, applied_version, seen_version, since)
       select workload_id, organization_id, version, seen_version, $2 from metered_workload
        where workload_id = $1 and (seen_epoch, seen_version) > (epoch, version)
       on conflict (workload_id) do update
         set applied_version = excluded.applied_version, seen_version = excluded.seen_version`,
      [workloadId, this.clock.now()],
    );
    await tx.query(
      `delete from allocation_gap g using metered_workload w
        where g.workload_id = $1 and w.workload_id = $1 and (w.seen_epoch, w.seen_version) <= (w.epoch, w.version)`,
      [workloadId],
    );
  }

  async noteAnomaly(tx: Tx, workload: MeteredWorkload, anomaly: Anomaly): Promise<void> {
    await tx.query(
      `insert into usage_anomaly (workload_id, organization_id, kind, epoch, version, detail)
       values ($1, $2, $3, $4, $5, $6)`,
      [
        ...[workload.workloadId, workload.organizationId, anomaly.kind],
        ...[anomaly.epoch, anomaly.version, JSON.stringify(anomaly.detail)],
      ],
    );
  }

  async forgetAnomalies(tx: Tx, workloadId: string): Promise<void> {
    await tx.query('delete from usage_anomaly where workload_id = $1', [workloadId]);
  }
}
