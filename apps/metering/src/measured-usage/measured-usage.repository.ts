import type { UsageGroup, UsageQuery } from '@berth/contracts/metering';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { labelStretches } from '../usage/label-stretches.js';
import { columnsOf, keySql, parametersOf, type UsageScope } from '../usage/scope.js';
import type { Stretch } from '../usage/interval.js';
import type { MeasuredEvent, Used } from './measured-usage.js';

interface SumRow extends UsageGroup {
  readonly place: number;
  readonly cpu: string;
  readonly memory: string;
  readonly measured: string;
}

/** An event is in it once, by its source and id, for ever. */
const insertSql = `
  insert into measured_usage (source, event_id, organization_id, project_id, environment_id, app_id, workload_id, hour,
                              process_type, millicore_milliseconds, byte_milliseconds, measured_milliseconds)
  select $1, $2, $3, $4, $5, $6, $7, $8, * from unnest($9::text[], $10::numeric[], $11::numeric[], $12::bigint[])
      on conflict do nothing`;

/** Hours that lie in each interval of `$5, $6` as a whole; a label is that which an hour began with. */
const sumsSql = (by: UsageQuery['by'], hasLabel: boolean): string => `
  select project_id as "projectId", environment_id as "environmentId", app_id as "appId", process_type as "processType",
         label, place::int,
         sum(cpu)::text as cpu, sum(memory)::text as memory, sum(measured)::text as measured
    from (
      select ${columnsOf[by]}, i.place, m.millicore_milliseconds as cpu, m.byte_milliseconds as memory,
             m.measured_milliseconds as measured
        from unnest($5::timestamptz[], $6::timestamptz[]) with ordinality as i (starts, ends, place)
        join measured_usage m
          on m.organization_id = $1 and m.hour >= i.starts and m.hour <= i.ends - interval '1 hour'
       ${labelStretches(hasLabel, 'm', 'm.hour', `m.hour + interval '1 millisecond'`)}
       where ($2::uuid is null or m.project_id = $2)
         and ($3::uuid is null or m.environment_id = $3)
         and ($4::uuid is null or m.app_id = $4)
         and ($9::text is null or m.process_type = $9)
    ) seen
   where $10::text[] is null or ${keySql} = any($10)
   group by 1, 2, 3, 4, 5, 6`;

@Injectable()
export class MeasuredUsageRepository {
  async append(tx: Tx, { source, id, data }: MeasuredEvent): Promise<void> {
    const { organizationId, projectId, environmentId, appId, workloadId, hour, processes } = data;
    await tx.query(insertSql, [
      ...[source, id, organizationId, projectId, environmentId, appId, workloadId, hour],
      ...[processes.map((each) => each.processType), processes.map((each) => each.millicoreMilliseconds)],
      ...[processes.map((each) => each.byteMilliseconds), processes.map((each) => each.measuredMilliseconds)],
    ]);
  }

  /** Undefined: nobody has told of the workload yet. */
  async organizationOf(tx: Tx, workloadId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      'select organization_id as id from metered_workload where workload_id = $1',
      [workloadId],
    );
    return row?.id;
  }

  /** Of each group, or of those with these keys, in each interval; groups of which nothing was seen are not in it. */
  async sums(
    sql: Sql,
    scope: UsageScope & Pick<UsageQuery, 'by'>,
    intervals: readonly Stretch[],
    keys: readonly string[] | null,
  ): Promise<Used[]> {
    const rows = await sql.query<SumRow>(sumsSql(scope.by, scope.labelKey !== undefined), [
      ...parametersOf(scope, intervals),
      keys,
    ]);
    return rows.map(({ place, cpu, memory, measured, ...group }) => ({
      ...{ group, interval: place - 1, millicoreMilliseconds: BigInt(cpu), byteMilliseconds: BigInt(memory) },
      measuredMilliseconds: BigInt(measured),
    }));
  }
}
