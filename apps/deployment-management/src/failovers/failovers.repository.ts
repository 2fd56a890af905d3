import type { SetFailover } from '@berth/contracts/deployment';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isUnreachable } from '../clusters/cluster-health.js';
import type { Candidate, FailoverRow, Stranded } from './failover.js';

const policy = `f.environment_id as "environmentId", f.after_seconds as "afterSeconds",
  f.workers_may_run_twice as "workersMayRunTwice"`;
/** $1: now. Nobody waits for a cluster that was removed. Whoever is on the way elsewhere is not stranded any more. */
const stranded = `from environment_failover f join workload w on w.environment_id = f.environment_id
    join placement p on p.workload_id = w.id and p.state = 'active' and p.is_first
    join cluster c on c.id = p.cluster_id and ${isUnreachable}
    cross join lateral (select (each->>'since')::timestamptz as since from jsonb_array_elements(c.conditions) each
                         where each->>'type' = 'Reachable') r
  where w.deleted_at is null and (c.removed_at is not null or r.since + make_interval(secs => f.after_seconds) <= $1)
    and not exists (select from placement o where o.workload_id = w.id and o.state = 'arriving' and o.is_first)`;
const standing = `from placement p join workload w on w.id = p.workload_id
  where p.cluster_id = c.id and p.state in ('active', 'arriving') and w.finished_at is null`;

@Injectable()
export class FailoversRepository {
  async find(sql: Sql, environmentId: string): Promise<FailoverRow | undefined> {
    const select = `select ${policy} from environment_failover f where environment_id = $1`;
    const [row] = await sql.query<FailoverRow>(select, [environmentId]);
    return row;
  }

  async set(tx: Tx, environmentId: string, { afterSeconds, workersMayRunTwice }: SetFailover): Promise<void> {
    await tx.query(
      `insert into environment_failover (environment_id, after_seconds, workers_may_run_twice) values ($1, $2, $3)
       on conflict (environment_id) do update set after_seconds = excluded.after_seconds,
         workers_may_run_twice = excluded.workers_may_run_twice`,
      [environmentId, afterSeconds, workersMayRunTwice],
    );
  }

  /** Answers false when there was none. */
  async remove(tx: Tx, environmentId: string): Promise<boolean> {
    const sql = 'delete from environment_failover where environment_id = $1 returning 1';
    return (await tx.query(sql, [environmentId])).length === 1;
  }

  /** Workloads on a cluster that does not answer. */
  async dueOn(sql: Sql, clusterId: string, now: Date): Promise<string[]> {
    const select = `select w.id ${stranded} and c.id = $2 order by w.id`;
    return (await sql.query<{ id: string }>(select, [now, clusterId])).map(({ id }) => id);
  }

  /** Undefined when a workload is not, or not any more. */
  stranded(sql: Sql, workloadId: string, now: Date): Promise<Stranded | undefined> {
    return this.strandedBy(sql, '', workloadId, now);
  }

  /** The same, and until the commit nobody writes down that its cluster answers: what is said of it is forgotten after. */
  holdStranded(tx: Tx, workloadId: string, now: Date): Promise<Stranded | undefined> {
    return this.strandedBy(tx, 'for share of c', workloadId, now);
  }

  /** Every other cluster, and what speaks for and against it. Who turned back drained until that moment. */
  candidates(sql: Sql, workloadId: string, { environmentId, clusterId }: Stranded): Promise<Candidate[]> {
    return sql.query<Candidate>(
      `select c.id, c.runtime_version as "runtimeVersion", c.name, c.region, c.is_own as "isOwn",
              c.is_cordoned as "isCordoned", c.conditions,
              (select t.drain_until from placement t
                where t.workload_id = $1 and t.cluster_id = c.id and t.has_failed) as "failedAt",
              exists (select from space s
                where s.environment_id = $2 and s.cluster_id = c.id and s.is_ending) as "isSpaceEnding",
              (select count(*)::int ${standing} and w.environment_id = $2) as companions,
              (select count(*)::int ${standing}) as workloads
         from cluster c where c.removed_at is null and c.id <> $3 order by c.id`,
      [workloadId, environmentId, clusterId],
    );
  }

  private async strandedBy(sql: Sql, lock: string, workloadId: string, now: Date): Promise<Stranded | undefined> {
    const [row] = await sql.query<Omit<Stranded, 'unreachableSince'> & { since: Date }>(
      `select ${policy}, c.id as "clusterId", c.name as cluster, r.since ${stranded} and w.id = $2 ${lock}`,
      [now, workloadId],
    );
    if (!row) return undefined;
    const { since, ...rest } = row;
    return { ...rest, unreachableSince: since.toISOString() };
  }
}
