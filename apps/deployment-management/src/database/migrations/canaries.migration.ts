import type { MigrationInterface, QueryRunner } from 'typeorm';

const moving = (statuses: string): string =>
  `create unique index deployment_moving on deployment (workload_id) where status in (${statuses})`;

/** How a workload is released, and how far a canary has come. */
export class Canaries1763800000360 implements MigrationInterface {
  readonly name = 'Canaries1763800000360';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table workload add column strategy jsonb not null default '{"kind": "rolling"}'`);
    await runner.query('alter table deployment add column canary jsonb');
    await runner.query('drop index deployment_moving');
    await runner.query(moving(`'preparing', 'rolling', 'shifting', 'verifying'`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`update deployment set status = 'rolling' where status = 'shifting'`);
    await runner.query('drop index deployment_moving');
    await runner.query(moving(`'preparing', 'rolling', 'verifying'`));
    await runner.query('alter table deployment drop column canary');
    await runner.query('alter table workload drop column strategy');
  }
}
