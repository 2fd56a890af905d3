import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Size of a secret that is a file; of one that is a variable nobody is told it. */
export class ConfigFiles1763800000590 implements MigrationInterface {
  readonly name = 'ConfigFiles1763800000590';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table secret_version add column bytes int check (bytes >= 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table secret_version drop column bytes');
  }
}
