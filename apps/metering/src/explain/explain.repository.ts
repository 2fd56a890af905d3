import type { AppActivity, Fact, Quantities } from '@berth/billing';
import { metric } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Stretch } from '../usage/interval.js';
import { spansIn } from '../windows/hourly-totals.js';

/** Unions of the spans of each app: while two instances run, time passes once. */
const activitySql = `
  with part as (
    select r.app_id, s.instances, r.cpu_millicores, r.memory_mib, r.storage_bytes, r.build_millicores, r.egress_bytes, r.domains,
           r.release,
           tstzrange(greatest(lower(s.during), $2), least(coalesce(upper(s.during), $3), $3)) as during
      from metered_resource r
      ${spansIn('r.id', '$2::timestamptz', '$3::timestamptz')}
     where r.organization_id = $1),
  sums as (
    select app_id, sum(length * instances) filter (where release > 0) as instance_time,
           sum(length * instances * cpu_millicores) as cpu, sum(length * instances * memory_mib * 1048576) as memory,
           sum(length * instances * storage_bytes) as storage, sum(length * instances * build_millicores) as build,
           sum(length * instances * egress_bytes) as egress, sum(length * instances * domains) as domain,
           range_agg(during) filter (where release > 0) as busy
      from part cross join lateral (select extract(epoch from upper(during) - lower(during)) * 1000 as length) measured
     where not isempty(during) group by app_id)
  select app_id as "appId", trunc(coalesce(instance_time, 0))::text as "instanceTime", trunc(cpu)::text as cpu,
         trunc(memory)::text as memory, trunc(storage)::text as storage, trunc(build)::text as build,
         trunc(egress)::text as egress, trunc(domain)::text as domain,
         (select trunc(coalesce(sum(extract(epoch from upper(stretch) - lower(stretch)) * 1000), 0))::text
            from unnest(busy) stretch) as time
    from sums order by app_id`;

interface ActivityRow {
  readonly appId: string;
  readonly time: string;
  readonly instanceTime: string;
  readonly cpu: string;
  readonly memory: string;
  readonly storage: string;
  readonly build: string;
  readonly egress: string;
  readonly domain: string;
}

@Injectable()
export class ExplainRepository {
  async activity(sql: ConfinedSql, organizationId: string, { from, to }: Stretch): Promise<AppActivity[]> {
    if (from >= to) return [];
    const rows = await sql.query<ActivityRow>(activitySql, [organizationId, from, to]);
    return rows.map(({ appId, time, instanceTime, ...sums }) => ({
      ...{ appId, milliseconds: BigInt(time), instanceMilliseconds: BigInt(instanceTime) },
      quantity: Object.fromEntries(metric.options.map((each) => [each, BigInt(sums[each])])) as Quantities,
    }));
  }

  /** Workloads of an organization, one more than asked for. */
  async workloads(sql: ConfinedSql, organizationId: string, page: { limit: number; cursor?: string | undefined }) {
    const rows = await sql.query<{ id: string }>(
      `select workload_id as id from metered_workload
        where organization_id = $1 and ($2::uuid is null or workload_id > $2) order by workload_id limit $3`,
      [organizationId, decodeCursor(page.cursor, 'id'), page.limit + 1],
    );
    return rows.map(({ id }) => id);
  }

  async isOf(sql: ConfinedSql, organizationId: string, workloadId: string): Promise<boolean> {
    const sought = 'select from metered_workload where organization_id = $1 and workload_id = $2';
    return (await sql.query(sought, [organizationId, workloadId])).length > 0;
  }

  /** What was accepted about a workload up to the cut of an invoice. */
  facts(sql: Sql, workloadId: string, cut: string): Promise<Fact[]> {
    return sql.query<Fact>(
      `select source, id, epoch, is_snapshot as "isSnapshot", data from accepted_event
        where workload_id = $1 and seq <= $2`,
      [workloadId, cut],
    );
  }
}
