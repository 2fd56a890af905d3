import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bounds within which the runtime chooses how many instances run, per process type. */
export class Autoscaling1763800000110 implements MigrationInterface {
  readonly name = 'Autoscaling1763800000110';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table workload add column autoscaling jsonb not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table workload drop column autoscaling');
  }
}
