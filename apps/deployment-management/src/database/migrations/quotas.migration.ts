import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a quota counts is found by its organization. */
export class Quotas1763800000010 implements MigrationInterface {
  readonly name = 'Quotas1763800000010';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['environment', 'app', 'workload'])
      await runner.query(`create index ${table}_organization on ${table} (organization_id) where deleted_at is null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index environment_organization, app_organization, workload_organization');
  }
}
