import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  'alter table placement add column confirmed_at timestamptz',
  `update placement p set confirmed_at = case when p.is_first then a.confirmed_at else coalesce(w.confirmed_at, a.confirmed_at) end
     from allocation a, cluster c left join runtime_watch w on w.cluster_id = c.id
    where a.workload_id = p.workload_id and c.id = p.cluster_id and p.state = 'active'`,
  'alter table allocation drop column confirmed_at',
];

const back = [
  'alter table allocation add column confirmed_at timestamptz',
  `update allocation a set confirmed_at = coalesce((select p.confirmed_at from placement p
      where p.workload_id = a.workload_id and p.state = 'active' and p.is_first), a.effective_at)`,
  'alter table allocation alter column confirmed_at set not null',
  'alter table placement drop column confirmed_at',
];

/** Until when usage is certain is known of each cluster that a workload stands on. */
export class ConfirmedPlacements1763800000460 implements MigrationInterface {
  readonly name = 'ConfirmedPlacements1763800000460';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of back) await runner.query(statement);
  }
}
