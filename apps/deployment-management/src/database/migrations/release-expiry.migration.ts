import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReleaseExpiry1763800000060 implements MigrationInterface {
  readonly name = 'ReleaseExpiry1763800000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table release add column expired_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table release drop column expired_at');
  }
}
