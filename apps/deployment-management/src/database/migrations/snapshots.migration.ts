import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `create table environment_snapshot (
     id uuid primary key,
     environment_id uuid not null references environment,
     organization_id uuid not null,
     note text,
     workloads jsonb not null,
     created_by text not null,
     created_at timestamptz not null
   )`,
  `create index environment_snapshot_environment on environment_snapshot (environment_id, id)`,
  `create table environment_rollback (
     id uuid primary key,
     environment_id uuid not null references environment,
     snapshot_id uuid not null references environment_snapshot,
     items jsonb not null,
     created_by text not null,
     created_at timestamptz not null
   )`,
];

/** What was live in an environment, and the ways back to that. */
export class Snapshots1763800000270 implements MigrationInterface {
  readonly name = 'Snapshots1763800000270';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['environment_rollback', 'environment_snapshot']) await runner.query(`drop table ${table}`);
  }
}
