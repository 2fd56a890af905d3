import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a password ends that its person did not choose. Of those that are there nobody knows who chose them: they stay. */
export class InitialPasswords1763830000001 implements MigrationInterface {
  readonly name = 'InitialPasswords1763830000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table app_user add column password_ends_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table app_user drop column password_ends_at');
  }
}
