import type { WorkloadSummary } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isOutOfReach } from '../clusters/cluster-health.js';

const columns = { environment: 'environment_id', organization: 'organization_id' } as const;
/** Whose workloads are counted. */
export type SummaryOf = keyof typeof columns;

/** From what was written down: what serves is in the allocation, what is wrong in the condition, unless nobody can look any more. */
const stateOfEach = `case
    when w.state = 'stopped' then 'stopped'
    when exists (select from environment_sleep z where z.environment_id = w.environment_id and z.is_asleep) then 'stopped'
    when w.current_release_id is null then 'never live'
    when ${isOutOfReach} and c.removed_at is null then 'unknown'
    when ready.status = 'true' then 'working'
    when coalesce(jsonb_array_length(a.entries), 0) > 0 then 'degraded'
    when ready.reason is null or ready.reason = 'Progressing' then 'starting'
    else 'failed'
  end`;
const count = (state: string): string => `count(*) filter (where state = '${state}')::int`;

@Injectable()
export class SummariesRepository {
  async summary(sql: Sql, of: SummaryOf, id: string): Promise<WorkloadSummary> {
    const [summary] = await sql.query<WorkloadSummary>(
      // eslint-disable-next-line berth/tenant-query -- the column is the id of an app or an environment
      `select count(*)::int as total, ${count('working')} as working, ${count('degraded')} as degraded,
              ${count('failed')} as failed, ${count('starting')} as starting, ${count('stopped')} as stopped,
              ${count('never live')} as "neverLive", ${count('unknown')} as unknown
         from (
           select ${stateOfEach} as state
             from workload w
             join placement p on p.workload_id = w.id and p.state = 'active' and p.is_first
             join cluster c on c.id = p.cluster_id
             left join allocation a on a.workload_id = w.id
             left join lateral jsonb_to_recordset(w.conditions) as ready (type text, status text, reason text)
               on ready.type = 'Ready'
            where w.${columns[of]} = $1 and w.deleted_at is null
         ) each`,
      [id],
    );
    if (!summary) throw new Error('A count without a row.');
    return summary;
  }
}
