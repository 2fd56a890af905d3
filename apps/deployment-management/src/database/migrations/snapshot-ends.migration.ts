import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The report of a rollback outlives the snapshot that it went to; both are found by their environment. */
export class SnapshotEnds1763800000320 implements MigrationInterface {
  readonly name = 'SnapshotEnds1763800000320';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table environment_rollback drop constraint environment_rollback_snapshot_id_fkey');
    await runner.query('create index environment_rollback_environment on environment_rollback (environment_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index environment_rollback_environment');
    await runner.query(
      'delete from environment_rollback where not exists (select from environment_snapshot s where s.id = snapshot_id)',
    );
    await runner.query(
      'alter table environment_rollback add foreign key (snapshot_id) references environment_snapshot',
    );
  }
}
