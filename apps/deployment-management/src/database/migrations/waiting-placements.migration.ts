import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  // Replicas of before placements had it write it still; now it is written for them alone, and may go when they are gone.
  'alter table allocation add column confirmed_at timestamptz not null default now()',
  `update allocation a set confirmed_at = coalesce((select p.confirmed_at from placement p
      where p.workload_id = a.workload_id and p.state = 'active' and p.is_first), a.effective_at)`,
  'alter table placement add column waits_until timestamptz',
];

const back = ['alter table placement drop column waits_until', 'alter table allocation drop column confirmed_at'];

/** A former first waits for the new one. And allocations say again until when they are certain, for replicas of before. */
export class WaitingPlacements1763800000530 implements MigrationInterface {
  readonly name = 'WaitingPlacements1763800000530';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of back) await runner.query(statement);
  }
}
