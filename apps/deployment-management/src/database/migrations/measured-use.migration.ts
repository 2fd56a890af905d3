import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MeasuredUse1763800000340 implements MigrationInterface {
  readonly name = 'MeasuredUse1763800000340';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table measurement_round (cluster_id uuid primary key, at timestamptz not null)');
    // Of the hours that are not told yet: a row for each process type that runs.
    await runner.query(`create table measured_use (
      cluster_id uuid, workload_id uuid, hour timestamptz, process_type text,
      millicore_milliseconds numeric not null, byte_milliseconds numeric not null, measured_milliseconds bigint not null,
      primary key (cluster_id, workload_id, hour, process_type)) with (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table measured_use');
    await runner.query('drop table measurement_round');
  }
}
