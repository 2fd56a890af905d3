import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `create table isolation_check (
     id uuid primary key,
     cluster_id uuid not null references cluster,
     intruder_id uuid not null,
     neighbour_id uuid not null,
     image text,
     walls jsonb,
     held_by text,
     requested_by text not null,
     created_at timestamptz not null,
     deadline_at timestamptz not null,
     ended_at timestamptz
   )`,
  `create unique index isolation_check_running on isolation_check (cluster_id) where ended_at is null`,
  `create index isolation_check_cluster on isolation_check (cluster_id, id)`,
];

/** What was found when the walls between tenants were tried, cluster by cluster. */
export class IsolationChecks1763800000260 implements MigrationInterface {
  readonly name = 'IsolationChecks1763800000260';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table isolation_check');
  }
}
