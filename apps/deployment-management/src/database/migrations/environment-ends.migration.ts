import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  // Deleted for people at once; finalized when nothing of it is left on its cluster.
  'alter table environment add column finalized_at timestamptz, add column held_by text',
  'update environment set finalized_at = deleted_at where deleted_at is not null',
  `create index environment_ending on environment (cluster_id, id) where deleted_at is not null and finalized_at is null`,
];

export class EnvironmentEnds1763800000130 implements MigrationInterface {
  readonly name = 'EnvironmentEnds1763800000130';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table environment drop column held_by, drop column finalized_at');
  }
}
