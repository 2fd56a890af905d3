import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MeasuredUsage1763700000081 implements MigrationInterface {
  readonly name = 'MeasuredUsage1763700000081';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table measured_usage (
      source text, event_id uuid, process_type text,
      organization_id uuid not null, project_id uuid not null, environment_id uuid not null, app_id uuid not null,
      workload_id uuid not null, hour timestamptz not null,
      millicore_milliseconds numeric not null check (millicore_milliseconds >= 0),
      byte_milliseconds numeric not null check (byte_milliseconds >= 0),
      measured_milliseconds bigint not null check (measured_milliseconds > 0),
      primary key (event_id, source, process_type))`);
    await runner.query('create index measured_usage_of_organization on measured_usage (organization_id, hour)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table measured_usage');
  }
}
