import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { nothing, type Reservation } from './reservation.js';

/** What is counted, one row each. */
const tables = { projects: 'project', environments: 'environment', apps: 'app' } as const;
export type Counted = keyof typeof tables;

/** What canaries have beside what they share the requests with. */
const canaries = `from deployment
  where organization_id = $1 and workload_id <> $2 and status in ('rolling', 'shifting', 'verifying')`;
/** Those that somebody asked for hold what they need until they end, beside the workload that they are of. */
const tasks = 'from task where organization_id = $1 and deployment_id is null and ended_at is null';

@Injectable()
export class QuotasRepository {
  /** Until the commit nobody else changes what an organization uses of this. */
  async lock(tx: Tx, organizationId: string, what: Counted | 'compute' | 'storage'): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`quota ${what} ${organizationId}`]);
  }

  async count(sql: Sql, organizationId: string, what: Counted): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      `select count(*)::int as count from ${tables[what]} where organization_id = $1 and deleted_at is null`,
      [organizationId],
    );
    return row?.count ?? 0;
  }

  /** MiB of all volumes, copies included, until nothing of them is there. */
  async reservedStorage(sql: ConfinedSql, organizationId: string): Promise<number> {
    const [row] = await sql.query<{ mib: number }>(
      `select coalesce(sum(size_mib::float8 * copies), 0)::float8 as mib from volume
        where organization_id = $1 and finished_at is null`,
      [organizationId],
    );
    return row?.mib ?? 0;
  }

  /** A workload may have so much from now on. The caller holds its row lock. */
  async hold(tx: Tx, workloadId: string, { cpuMillicores, memoryMib }: Reservation): Promise<void> {
    await tx.queryPrepared(
      `update workload set held_cpu_millicores = $2, held_memory_mib = $3
        where id = $1 and (held_cpu_millicores, held_memory_mib) is distinct from ($2::bigint, $3::bigint)`,
      [workloadId, cpuMillicores, memoryMib],
    );
  }

  /** No less than what the other workloads have: what was last held for each, which it may need no longer in full. */
  async heldByOthers(sql: ConfinedSql, organizationId: string, workloadId: string): Promise<Reservation> {
    const [row] = await sql.queryPrepared<Reservation>(
      `select (coalesce(sum(held_cpu_millicores), 0) + (select coalesce(sum(cpu_millicores), 0) ${tasks}))::float8 as "cpuMillicores",
              (coalesce(sum(held_memory_mib), 0) + (select coalesce(sum(memory_mib), 0) ${tasks}))::float8 as "memoryMib"
         from workload where organization_id = $1 and id <> $2 and deleted_at is null and state = 'running'`,
      [organizationId, workloadId],
    );
    return row ?? nothing;
  }

  /**
   * While a workload changes from one release to another it needs what the larger of them needs: it may have to go back.
   * Computed from all that they run, which takes the longer the more they are.
   */
  async reservedByOthers(sql: ConfinedSql, organizationId: string, workloadId: string): Promise<Reservation> {
    const [row] = await sql.queryPrepared<Reservation>(
      `select (coalesce(sum(held.cpu), 0) + (select coalesce(sum(cpu_millicores), 0) ${tasks})
                 + (select coalesce(sum((canary->'extra'->>'cpuMillicores')::float8), 0) ${canaries}))::float8 as "cpuMillicores",
              (coalesce(sum(held.memory), 0) + (select coalesce(sum(memory_mib), 0) ${tasks})
                 + (select coalesce(sum((canary->'extra'->>'memoryMib')::float8), 0) ${canaries}))::float8 as "memoryMib"
         from workload w
         left join deployment d on d.workload_id = w.id and d.status in ('rolling', 'shifting', 'verifying')
        cross join lateral (
          select max(needed.cpu) as cpu, max(needed.memory) as memory from (
            select sum((type->>'cpuMillicores')::int * instances) as cpu, sum((type->>'memoryMib')::int * instances) as memory
              from release r
             cross join lateral jsonb_array_elements(r.processes) as type
             cross join lateral (
               select sum(coalesce((there.bounds->(type->>'name')->>'max')::int, (there.counts->>(type->>'name'))::int,
                                   case type->>'name' when 'web' then 1 else 0 end)) as instances
                 from (select w.counts, w.autoscaling as bounds union all select p.counts, '{}' from placement p
                        where p.workload_id = w.id and not p.is_first and p.state in ('arriving', 'active', 'draining')) there
             ) counted
             where r.id in (w.current_release_id, d.release_id)
             group by r.id
          ) needed
        ) held
        where w.organization_id = $1 and w.id <> $2 and w.deleted_at is null and w.state = 'running'`,
      [organizationId, workloadId],
    );
    return row ?? nothing;
  }
}
