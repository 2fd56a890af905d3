import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  // Up to which change the spans of a workload were compared with the log of accepted events.
  `create table usage_check (
     workload_id uuid primary key,
     epoch int not null,
     version int not null,
     at timestamptz
   )`,
  // What did not add up: of a workload its spans, of an organization what is rated. Empty, unless there is a fault in metering.
  `create table usage_drift (
     subject uuid primary key,
     organization_id uuid not null,
     stage text not null check (stage in ('spans', 'rating')),
     detail text not null,
     since timestamptz not null
   )`,
];

export class UsageConservation1763700000032 implements MigrationInterface {
  readonly name = 'UsageConservation1763700000032';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table usage_check, usage_drift');
  }
}
