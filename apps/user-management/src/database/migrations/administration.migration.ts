import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Searching by how something begins reads an index, whatever the language of the database. */
export class Administration1763750000005 implements MigrationInterface {
  readonly name = 'Administration1763750000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index app_user_email_prefix on app_user (email collate "C" text_pattern_ops)');
    await runner.query('create index organization_slug_prefix on organization (slug collate "C" text_pattern_ops)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index organization_slug_prefix, app_user_email_prefix');
  }
}
