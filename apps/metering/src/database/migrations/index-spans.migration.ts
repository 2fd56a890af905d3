import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The index of the exclusion constraint cannot be asked for a resource: without this one usage would scan all tenants' spans. */
export class IndexSpans1763700000005 implements MigrationInterface {
  readonly name = 'IndexSpans1763700000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index span_resource on span (resource_id, lower(during))');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index span_resource');
  }
}
