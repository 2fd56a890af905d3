import type { MigrationInterface, QueryRunner } from 'typeorm';

const columns = ['held_cpu_millicores', 'held_memory_mib'];

/** What the releases of a workload need that it has or may have to go back to, canaries included: what it holds today. */
const needed = `
  select w.id,
         max(r.cpu) + coalesce(max((d.canary->'extra'->>'cpuMillicores')::bigint), 0) as cpu,
         max(r.memory) + coalesce(max((d.canary->'extra'->>'memoryMib')::bigint), 0) as memory
    from workload w
    left join deployment d on d.workload_id = w.id and d.status in ('rolling', 'shifting', 'verifying')
   cross join lateral (
     select sum((type->>'cpuMillicores')::bigint * instances) as cpu, sum((type->>'memoryMib')::bigint * instances) as memory
       from release
      cross join lateral jsonb_array_elements(release.processes) as type
      cross join lateral (
        select sum(coalesce((there.bounds->(type->>'name')->>'max')::int, (there.counts->>(type->>'name'))::int,
                            case type->>'name' when 'web' then 1 else 0 end)) as instances
          from (select w.counts, w.autoscaling as bounds union all select p.counts, '{}' from placement p
                 where p.workload_id = w.id and not p.is_first and p.state in ('arriving', 'active', 'draining')) there
      ) counted
      where release.id in (w.current_release_id, d.release_id)
      group by release.id
   ) r
   where w.deleted_at is null and w.state = 'running'
   group by w.id`;

/** What was last held for a workload stands with it, so that room is found without computing what all others need. */
export class HeldCompute1763800000630 implements MigrationInterface {
  readonly name = 'HeldCompute1763800000630';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of columns)
      await runner.query(`alter table workload add column ${column} bigint not null default 0 check (${column} >= 0)`);
    await runner.query(
      `update workload w set held_cpu_millicores = needed.cpu, held_memory_mib = needed.memory
         from (${needed}) needed where needed.id = w.id`,
    );
    await runner.query(
      `create index workload_held on workload (organization_id, id) include (${columns.join()})
        where deleted_at is null and state = 'running'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index workload_held');
    for (const column of columns) await runner.query(`alter table workload drop column ${column}`);
  }
}
