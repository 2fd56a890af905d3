import type {
  NotMetered,
  RunningInstances,
  RunningQuery,
  UsageAnomaly,
  UsageAnomalyQuery,
  UsageGroup,
  UsageQuery,
} from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { usedUntil } from '../windows/hourly-totals.js';
import type { Stretch } from './interval.js';
import { labelStretches } from './label-stretches.js';
import { columnsOf, keySql, parametersOf, type UsageScope } from './scope.js';
import type { AppUsage, Quantity, UsageLine } from './usage.js';

interface SumRow {
  readonly cpu: string;
  readonly memory: string;
  readonly storage: string;
  readonly build: string;
  readonly egress: string;
  readonly domain: string;
  readonly instances: string;
}

export interface RunningRow extends Omit<RunningInstances, 'since' | 'until'> {
  readonly id: string;
  readonly since: Date;
  readonly until: Date | null;
}

interface AnomalyRow extends UsageAnomaly {
  readonly id: string;
}

/** What each resource used in each interval of `$5, $6`. What still runs is counted to the end of the interval. */
const partsSql = (hasLabel: boolean): string => `
  select r.workload_id, r.cluster, r.project_id, r.environment_id, r.app_id, r.process_type, part.label, i.place,
         used * r.cpu_millicores as cpu, used * r.memory_mib * 1048576 as memory,
         used * r.storage_bytes as storage, used * r.build_millicores as build, used * r.egress_bytes as egress,
         used * r.domains as domain,
         -- Volumes, builds, answers and domains are of no release.
         case when r.release > 0 then used else 0 end as instances
    from metered_resource r
   cross join unnest($5::timestamptz[], $6::timestamptz[]) with ordinality as i (starts, ends, place)
   ${labelStretches(hasLabel, 'r', 'i.starts', 'i.ends')}
   cross join lateral (
     select ${usedUntil('r.id', 'part.ends')} - ${usedUntil('r.id', 'part.starts')} as used offset 0 -- computed once
   ) measured
   where r.organization_id = $1 and i.starts < i.ends and used > 0
     -- What ended before, as most builds did, is not asked for its use.
     and exists (select from metered_workload w where w.workload_id = r.workload_id
                    and (w.runs or w.effective_at > (select min(starts) from unnest($5::timestamptz[]) starts)))
     and ($2::uuid is null or r.project_id = $2)
     and ($3::uuid is null or r.environment_id = $3)
     and ($4::uuid is null or r.app_id = $4)
     and ($9::text is null or r.process_type = $9)`;

const partsOf = ({ labelKey }: UsageScope): string => partsSql(labelKey !== undefined);

/** Resources of the organization, and of each the one span that the moment lies in. */
const runningSql = `
  select r.id::text, r.project_id as "projectId", r.environment_id as "environmentId", r.app_id as "appId",
         r.workload_id as "workloadId", r.cluster, r.release, r.process_type as "processType", s.instances,
         r.cpu_millicores as "cpuMillicores", r.memory_mib as "memoryMib", lower(s.during) as since,
         upper(s.during) as until
    from metered_resource r
   cross join lateral (select * from span where resource_id = r.id and during @> $5::timestamptz offset 0) s
   where r.organization_id = $1 and r.id > $6 and r.release > 0
     and ($2::uuid is null or r.project_id = $2)
     and ($3::uuid is null or r.environment_id = $3)
     and ($4::uuid is null or r.app_id = $4)
     and ($8::text is null or r.process_type = $8)
   order by r.id limit $7`;

const sums = `trunc(coalesce(sum(cpu), 0))::text as cpu, trunc(coalesce(sum(memory), 0))::text as memory,
  trunc(coalesce(sum(storage), 0))::text as storage, trunc(coalesce(sum(build), 0))::text as build,
  trunc(coalesce(sum(egress), 0))::text as egress, trunc(coalesce(sum(domain), 0))::text as domain,
  trunc(coalesce(sum(instances), 0))::text as instances`;

const nothing: SumRow = {
  ...{ cpu: '0', memory: '0', storage: '0', build: '0', egress: '0', domain: '0', instances: '0' },
};
const quantityOf = (row: SumRow): Quantity => ({
  millicoreMilliseconds: BigInt(row.cpu),
  byteMilliseconds: BigInt(row.memory),
  storageByteMilliseconds: BigInt(row.storage),
  buildMillicoreMilliseconds: BigInt(row.build),
  egressBytes: BigInt(row.egress),
  domainMilliseconds: BigInt(row.domain),
  instanceMilliseconds: BigInt(row.instances),
});

/** In the order of the intervals. */
const quantitiesOf = (rows: readonly (SumRow & { readonly place: number })[], count: number): Quantity[] =>
  Array.from({ length: count }, (_, index) => quantityOf(rows.find(({ place }) => place === index + 1) ?? nothing));

@Injectable()
export class UsageRepository {
  /** Of each interval. */
  async totals(sql: Sql, scope: UsageScope, intervals: readonly Stretch[]): Promise<Quantity[]> {
    const rows = await sql.query<SumRow & { place: number }>(
      `select place::int, ${sums} from (${partsOf(scope)}) part group by place`,
      parametersOf(scope, intervals),
    );
    return quantitiesOf(rows, intervals.length);
  }

  /** Of each app of an organization, in each interval. */
  async byApp(sql: Sql, organization: string, intervals: readonly Stretch[]): Promise<AppUsage[]> {
    const rows = await sql.query<SumRow & { appId: string; place: number }>(
      `select app_id as "appId", place::int, ${sums} from (${partsSql(false)}) part group by 1, 2 order by 1, 2`,
      parametersOf({ organization }, intervals),
    );
    return rows.map(({ appId, place, ...row }) => ({ appId, interval: place - 1, quantity: quantityOf(row) }));
  }

  /** One line more than asked for, so that the caller knows whether there is a next page. */
  async lines(sql: ConfinedSql, query: UsageQuery, intervals: readonly Stretch[]): Promise<UsageLine[]> {
    const rows = await sql.query<UsageGroup & { quantities: (SumRow & { place: number })[] }>(
      `select project_id as "projectId", environment_id as "environmentId", app_id as "appId",
              process_type as "processType", label,
              json_agg(json_build_object('place', place, 'cpu', cpu, 'memory', memory, 'storage', storage,
                                         'build', build, 'egress', egress, 'domain', domain, 'instances', instances)) as quantities
         from (select ${columnsOf[query.by]}, place, ${sums} from (${partsOf(query)}) part group by 1, 2, 3, 4, 5, 6) line
        cross join lateral (
          select ${keySql} collate "C" as key
        ) position
        where $10::text is null or key > $10 group by 1, 2, 3, 4, 5, key order by key limit $11`,
      [...parametersOf(query, intervals), decodeCursor(query.cursor), query.limit + 1],
    );
    return rows.map(({ quantities, ...group }) => ({
      ...group,
      quantities: quantitiesOf(quantities, intervals.length),
    }));
  }

  /** One more than asked for. */
  running(sql: ConfinedSql, query: RunningQuery): Promise<RunningRow[]> {
    return sql.query<RunningRow>(runningSql, [
      ...[query.organization, query.project ?? null, query.environment ?? null, query.app ?? null],
      ...[query.at, decodeCursor(query.cursor, 'place') ?? '0', query.limit + 1, query.process ?? null],
    ]);
  }

  async waitingWorkloads(sql: ConfinedSql, organizationId: string, silentSince: Date): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      `select count(*)::int as count from (
         select workload_id from allocation_gap where organization_id = $1
         union
         select workload_id from metered_workload where organization_id = $1 and runs and not is_volume and heard_at <= $2) waiting`,
      [organizationId, silentSince],
    );
    return row?.count ?? 0;
  }

  /** What nobody counted of instances of the scope that ran in the interval. */
  async notMetered(sql: ConfinedSql, scope: UsageScope, interval: Stretch): Promise<NotMetered[]> {
    // As a rule there is nothing, and then usage is not looked at a second time.
    const any = await sql.query('select from uncounted_use where organization_id = $1 limit 1', [scope.organization]);
    if (any.length === 0) return [];
    return sql.query<NotMetered>(
      `select metric, array_agg(distinct u.cluster order by u.cluster) as clusters
         from (${partsOf(scope)}) part
         join uncounted_use u on u.organization_id = $1 and (u.workload_id, u.cluster) = (part.workload_id, part.cluster)
        where u.since < ($6::timestamptz[])[1] and part.instances > 0
        group by metric order by metric`,
      parametersOf(scope, [interval]),
    );
  }

  /** Workloads of an organization of which versions are missing. */
  async waitingForEvents(sql: ConfinedSql, organizationId: string): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      'select count(*)::int as count from allocation_gap where organization_id = $1',
      [organizationId],
    );
    return row?.count ?? 0;
  }

  /** One more than asked for. */
  anomalies(sql: ConfinedSql, query: UsageAnomalyQuery): Promise<AnomalyRow[]> {
    return sql.query<AnomalyRow>(
      `select id::text, workload_id as "workloadId", kind, version, detail from usage_anomaly
        where organization_id = $1 and id > $2 order by id limit $3`,
      [query.organization, decodeCursor(query.cursor, 'place') ?? '0', query.limit + 1],
    );
  }
}
