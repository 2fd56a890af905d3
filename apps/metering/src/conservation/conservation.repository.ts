import type { Progress, Quantities } from '@berth/billing';
import { metric, type Metric } from '@berth/contracts/metering';
import { type ConfinedSql, Clock, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { spansIn, usedUntil } from '../windows/hourly-totals.js';

/** A workload of which more was applied than was compared. */
export interface Unchecked {
  readonly workloadId: string;
  readonly organizationId: string;
  /** The change that was applied last. */
  readonly applied: Progress;
  /** The change up to which it was compared; version 0: nothing was. */
  readonly checked: Progress;
}

export interface Drift {
  /** Of a workload or an organization. */
  readonly subject: string;
  readonly organizationId: string;
  readonly stage: 'spans' | 'rating';
  readonly detail: string;
}

const LOCK = 7163600013;

const uncheckedSql = `
  select w.workload_id as "workloadId", w.organization_id as "organizationId",
         json_build_object('epoch', w.epoch, 'version', w.version) as applied, w.effective_at as "appliedAt",
         json_build_object('epoch', coalesce(c.epoch, 0), 'version', coalesce(c.version, 0)) as checked, c.at as "checkedAt"
    from metered_workload w left join usage_check c using (workload_id)
   where w.version > 0 and (w.epoch, w.version) is distinct from (c.epoch, c.version)`;

/** Of the spans of a workload, what lies in `[$2, $3)`. */
const spansSql = `
  select trunc(coalesce(sum(length * instances * cpu_millicores), 0))::text as cpu,
         trunc(coalesce(sum(length * instances * memory_mib * 1048576), 0))::text as memory,
         trunc(coalesce(sum(length * instances * storage_bytes), 0))::text as storage,
         trunc(coalesce(sum(length * instances * build_millicores), 0))::text as build,
         trunc(coalesce(sum(length * instances * egress_bytes), 0))::text as egress,
         trunc(coalesce(sum(length * instances * domains), 0))::text as domain
    from (select s.instances, r.cpu_millicores, r.memory_mib, r.storage_bytes, r.build_millicores, r.egress_bytes, r.domains,
                 extract(epoch from least(coalesce(upper(s.during), $3), $3) - greatest(lower(s.during), $2)) * 1000 as length
            from metered_resource r
            ${spansIn('r.id', '$2::timestamptz', '$3::timestamptz')}
           where r.workload_id = $1) part`;

/** The same by the hourly totals. */
const totalsSql = `
  select trunc(coalesce(sum(used * cpu_millicores), 0))::text as cpu,
         trunc(coalesce(sum(used * memory_mib * 1048576), 0))::text as memory,
         trunc(coalesce(sum(used * storage_bytes), 0))::text as storage,
         trunc(coalesce(sum(used * build_millicores), 0))::text as build,
         trunc(coalesce(sum(used * egress_bytes), 0))::text as egress,
         trunc(coalesce(sum(used * domains), 0))::text as domain
    from metered_resource r
   cross join lateral (
     select ${usedUntil('r.id', '$3::timestamptz')} - ${usedUntil('r.id', '$2::timestamptz')} as used offset 0
   ) measured
   where r.workload_id = $1`;

interface UncheckedRow extends Pick<Unchecked, 'workloadId' | 'organizationId'> {
  readonly applied: Omit<Progress, 'at'>;
  readonly appliedAt: Date;
  readonly checked: Omit<Progress, 'at'>;
  readonly checkedAt: Date | null;
}

@Injectable()
export class ConservationRepository {
  constructor(private readonly clock: Clock) {}

  /** False when another replica compares just now. */
  async tryLock(tx: Tx): Promise<boolean> {
    const [row] = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [LOCK]);
    return row?.got ?? false;
  }

  async unchecked(sql: ConfinedSql, limit: number): Promise<string[]> {
    // eslint-disable-next-line berth/tenant-query -- usage of every organization is checked
    const rows = await sql.query<UncheckedRow>(`${uncheckedSql} order by w.workload_id limit $1`, [limit]);
    return rows.map(({ workloadId }) => workloadId);
  }

  async find(tx: Tx, workloadId: string): Promise<Unchecked | undefined> {
    const [row] = await tx.query<UncheckedRow>(`${uncheckedSql} and w.workload_id = $1`, [workloadId]);
    if (!row) return undefined;
    const { organizationId, applied, appliedAt, checked, checkedAt } = row;
    return {
      ...{ workloadId, organizationId },
      ...{ applied: { ...applied, at: appliedAt }, checked: { ...checked, at: checkedAt } },
    };
  }

  /** What lies between what was compared and what was applied. */
  spans(tx: Tx, unchecked: Unchecked): Promise<Quantities> {
    return this.quantities(tx, spansSql, unchecked);
  }

  /** The same by the hourly totals, which usage is asked of and billed from. */
  totals(tx: Tx, unchecked: Unchecked): Promise<Quantities> {
    return this.quantities(tx, totalsSql, unchecked);
  }

  async checked(tx: Tx, workloadId: string, { epoch, version, at }: Progress): Promise<void> {
    await tx.query(
      `insert into usage_check (workload_id, epoch, version, at) values ($1, $2, $3, $4)
       on conflict (workload_id) do update set epoch = excluded.epoch, version = excluded.version, at = excluded.at`,
      [workloadId, epoch, version, at],
    );
  }

  async note(sql: Sql, { subject, organizationId, stage, detail }: Drift): Promise<void> {
    await sql.query(
      `insert into usage_drift (subject, organization_id, stage, detail, since) values ($1, $2, $3, $4, $5)
       on conflict (subject) do update set detail = excluded.detail`,
      [subject, organizationId, stage, detail, this.clock.now()],
    );
  }

  async forget(sql: Sql, subject: string): Promise<void> {
    // eslint-disable-next-line berth/tenant-query -- the subject is an id of what drifted, found by the check of every organization
    await sql.query('delete from usage_drift where subject = $1', [subject]);
  }

  drifts(sql: Sql): Promise<Drift[]> {
    return sql.query<Drift>(
      // eslint-disable-next-line berth/tenant-query -- administrators see all drifts
      'select subject, organization_id as "organizationId", stage, detail from usage_drift order by since, subject',
    );
  }

  private async quantities(tx: Tx, sql: string, { workloadId, checked, applied }: Unchecked): Promise<Quantities> {
    const parameters = [workloadId, checked.at ?? '-infinity', applied.at];
    const [row] = await tx.query<Record<Metric, string>>(sql, parameters);
    const sum = (of: Metric) => BigInt(row?.[of] ?? 0);
    return Object.fromEntries(metric.options.map((each) => [each, sum(each)])) as Quantities;
  }
}
