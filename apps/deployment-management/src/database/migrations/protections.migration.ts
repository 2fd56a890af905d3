import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What visitors of a workload have to pass. */
export class Protections1763800000580 implements MigrationInterface {
  readonly name = 'Protections1763800000580';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table workload add column protection jsonb not null default '{"logins": {}, "allow": []}'::jsonb`,
    );
  }

  /** That version would lead everybody there: what is protected is stopped. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `update workload set state = 'stopped', generation = generation + 1
        where protection <> '{"logins": {}, "allow": []}'::jsonb and state = 'running'`,
    );
    await runner.query('alter table workload drop column protection');
  }
}
