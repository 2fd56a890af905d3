import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From where sessions began; unknown of those that are older. */
export class SessionAddresses1763790000001 implements MigrationInterface {
  readonly name = 'SessionAddresses1763790000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session add column address text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session drop column address');
  }
}
