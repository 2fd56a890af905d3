import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  // `counts` is of one that is not the first: that has those of its workload.
  `alter table placement add column is_first boolean not null default true,
     add column counts jsonb not null default '{}', add column report jsonb`,
  'drop index placement_active',
  `create unique index placement_first on placement (workload_id) where state = 'active' and is_first`,
];

const back = [
  'drop index placement_first',
  'delete from placement where not is_first',
  `create unique index placement_active on placement (workload_id) where state = 'active'`,
  'alter table placement drop column is_first, drop column counts, drop column report',
];

/** A workload may stand on several clusters at once: one of them is the first. */
export class FurtherPlacements1763800000450 implements MigrationInterface {
  readonly name = 'FurtherPlacements1763800000450';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of back) await runner.query(statement);
  }
}
