import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['workload', 'environment'];

/** How often something was changed that is declared of a place and lies in rows of its own: schedules, domains, waking hours. */
export class PartChanges1763800000640 implements MigrationInterface {
  readonly name = 'PartChanges1763800000640';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables)
      await runner.query(`alter table ${table} add column part_changes integer not null default 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`alter table ${table} drop column part_changes`);
  }
}
