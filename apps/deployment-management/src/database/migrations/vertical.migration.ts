import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bounds within which sizes follow what is used, and what was seen of that. */
export class Vertical1763800000420 implements MigrationInterface {
  readonly name = 'Vertical1763800000420';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table vertical_autoscaling (
      workload_id uuid primary key references workload on delete cascade,
      processes jsonb not null,
      state text not null,
      message text not null,
      deployment_id uuid,
      -- Null unless the end of that deployment is waited for: the settings of before it, and those that it was made with.
      change jsonb,
      rests_until timestamptz)`);
    await runner.query(`create table usage_peak (
      workload_id uuid references vertical_autoscaling on delete cascade, process_type text, since timestamptz,
      cpu_millicores int not null, memory_mib int not null,
      primary key (workload_id, process_type, since))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table usage_peak');
    await runner.query('drop table vertical_autoscaling');
  }
}
