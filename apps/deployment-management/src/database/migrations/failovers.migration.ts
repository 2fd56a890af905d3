import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Environments whose workloads leave a cluster by themselves, and placements that came about so. */
export class Failovers1763800000370 implements MigrationInterface {
  readonly name = 'Failovers1763800000370';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table environment_failover (
      environment_id uuid primary key references environment,
      after_seconds int not null,
      workers_may_run_twice boolean not null
    )`);
    await runner.query('alter table placement add column is_failover boolean not null default false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table environment_failover');
    await runner.query('alter table placement drop column is_failover');
  }
}
