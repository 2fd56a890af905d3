import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  // `heard_at` and `asked_at` are by this service's own clock, so that a producer's clock cannot hide its silence.
  `alter table metered_workload
     add runs boolean not null default false,
     add heard_at timestamptz not null default now(),
     add asked_at timestamptz`,
  `update metered_workload w set runs = exists (
     select from metered_resource r join span s on s.resource_id = r.id and upper_inf(s.during)
      where r.workload_id = w.workload_id)`,
  'create index metered_workload_silence on metered_workload (heard_at) where runs',
  'create index metered_workload_organization on metered_workload (organization_id, heard_at) where runs',
  'create index allocation_gap_since on allocation_gap (since)',
  'create index usage_anomaly_organization on usage_anomaly (organization_id, id)',
];

const down = [
  'drop index usage_anomaly_organization',
  'drop index allocation_gap_since',
  'drop index metered_workload_silence',
  'drop index metered_workload_organization',
  'alter table metered_workload drop runs, drop heard_at, drop asked_at',
];

export class WatchWorkloads1763700000002 implements MigrationInterface {
  readonly name = 'WatchWorkloads1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
