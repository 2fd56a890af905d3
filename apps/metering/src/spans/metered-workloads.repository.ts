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
}

export interface Anomaly extends Position {
  readonly kind: AnomalyKind;
  readonly detail: Readonly<Record<string, string | number>>;
}

@Injectable()
export class MeteredWorkloadsRepository {
  constructor(private readonly clock: Clock) {}

  /**
   * Locks the workload until the end of the transaction, so that its facts are applied one at a time, and keeps periods of
   * the organization from being closed meanwhile.
   * @throws Refused
   */
  async lock(tx: Tx, workloadId: string, organizationId: string): Promise<MeteredWorkload> {
    const [row] = await tx.query<MeteredWorkload>(
      `insert into metered_workload as known
         (workload_id, organization_id, epoch, version, seen_epoch, seen_version, heard_at)
       select $1::uuid, $2::uuid, 0, 0, 0, 0, $3::timestamptz from (select pg_advisory_xact_lock_shared(${lockOfOrganization('$2')})) guard
       on conflict (workload_id) do update set workload_id = known.workload_id
       returning workload_id as "workloadId", organization_id as "organizationId", epoch, version,
                 effective_at as "effectiveAt", runs`,
      [workloadId, organizationId, this.clock.now()],
    );
    if (!row) throw new Error(`workload ${workloadId} vanished`);
    requireTenant(row.organizationId, organizationId);
    return row;
  }

  async advance(tx: Tx, workload: MeteredWorkload): Promise<void> {
    await tx.query(
      'update metered_workload set epoch = $2, version = $3, effective_at = $4, runs = $5 where workload_id = $1',
      [workload.workloadId, workload.epoch, workload.version, workload.effectiveAt, workload.runs],
    );
  }

  /** The producer follows this workload: it was heard of just now. */
  async hear(tx: Tx, workloadId: string): Promise<void> {
    await tx.query('update metered_workload set heard_at = $2 where workload_id = $1', [workloadId, this.clock.now()]);
  }

  /** Remembers the newest version that exists, whether or not its content is known. */
  async see(tx: Tx, workloadId: string, { epoch, version }: Position): Promise<void> {
    await tx.query(
      `update metered_workload set seen_epoch = $2, seen_version = $3
        where workload_id = $1 and (seen_epoch, seen_version) < ($2::int, $3::int)`,
      [workloadId, epoch, version],
    );
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
