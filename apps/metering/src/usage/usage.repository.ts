import type { UsageAnomaly, UsageAnomalyQuery, UsageGroup, UsageQuery } from '@berth/contracts/metering';
import { decodeCursor, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Interval } from './interval.js';
import type { Quantity, UsageLine } from './usage.js';

interface SumRow {
  readonly cpu: string;
  readonly memory: string;
}

interface AnomalyRow extends UsageAnomaly {
  readonly id: string;
}

const columnsOf: Record<UsageQuery['by'], string> = {
  none: `null::uuid as environment_id, null::uuid as app_id, null::text as process_type`,
  app: `null::uuid as environment_id, app_id, null::text as process_type`,
  environment: `environment_id, null::uuid as app_id, null::text as process_type`,
  process: `environment_id, app_id, process_type`,
};

/**
 * Every part of a span in `[$5, $6)`, its length in milliseconds. Numeric arithmetic is exact here: `extract` answers
 * numeric, and instants have whole milliseconds. A span that is still open ends at $6.
 */
const partsSql = `
  select r.environment_id, r.app_id, r.process_type,
         length * s.instances * r.cpu_millicores as cpu,
         length * s.instances * r.memory_mib * 1048576 as memory
    from metered_resource r
    join span s on s.resource_id = r.id and s.during && tstzrange($5, $6)
   cross join lateral (
     select extract(epoch from least(coalesce(upper(s.during), $6), $6) - greatest(lower(s.during), $5)) * 1000 as length
   ) measured
   where r.organization_id = $1
     and ($2::uuid is null or r.project_id = $2)
     and ($3::uuid is null or r.environment_id = $3)
     and ($4::uuid is null or r.app_id = $4)`;

const sums = `trunc(coalesce(sum(cpu), 0))::text as cpu, trunc(coalesce(sum(memory), 0))::text as memory`;

const quantityOf = (row: SumRow): Quantity => ({
  millicoreMilliseconds: BigInt(row.cpu),
  byteMilliseconds: BigInt(row.memory),
});

@Injectable()
export class UsageRepository {
  async total(sql: Sql, query: UsageQuery, interval: Interval): Promise<Quantity> {
    const [row] = await sql.query<SumRow>(`select ${sums} from (${partsSql}) part`, parametersOf(query, interval));
    return quantityOf(row ?? { cpu: '0', memory: '0' });
  }

  /** One line more than asked for, so that the caller knows whether there is a next page. */
  async lines(sql: Sql, query: UsageQuery, interval: Interval): Promise<UsageLine[]> {
    const rows = await sql.query<UsageGroup & SumRow>(
      `select environment_id as "environmentId", app_id as "appId", process_type as "processType", cpu, memory
         from (select ${columnsOf[query.by]}, ${sums} from (${partsSql}) part group by 1, 2, 3) line
        cross join lateral (
          select concat(environment_id, '/', app_id, '/', process_type) collate "C" as key
        ) place
        where $7::text is null or key > $7 order by key limit $8`,
      [...parametersOf(query, interval), decodeCursor(query.cursor), query.limit + 1],
    );
    return rows.map(({ cpu, memory, ...group }) => ({ ...group, ...quantityOf({ cpu, memory }) }));
  }

  async waitingWorkloads(sql: Sql, organizationId: string, silentSince: Date): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      `select count(*)::int as count from (
         select workload_id from allocation_gap where organization_id = $1
         union
         select workload_id from metered_workload where organization_id = $1 and runs and heard_at <= $2) waiting`,
      [organizationId, silentSince],
    );
    return row?.count ?? 0;
  }

  /** One more than asked for. */
  anomalies(sql: Sql, query: UsageAnomalyQuery): Promise<AnomalyRow[]> {
    return sql.query<AnomalyRow>(
      `select id::text, workload_id as "workloadId", kind, version, detail from usage_anomaly
        where organization_id = $1 and id > $2 order by id limit $3`,
      [query.organization, decodeCursor(query.cursor) ?? '0', query.limit + 1],
    );
  }
}

const parametersOf = (query: UsageQuery, interval: Interval): unknown[] => [
  ...[query.organization, query.project ?? null, query.environment ?? null, query.app ?? null],
  ...[interval.from, interval.countedUntil],
];
