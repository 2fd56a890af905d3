import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What nobody counted of a workload on a cluster, and since when it was said so. */
export class UncountedUse1763700000111 implements MigrationInterface {
  readonly name = 'UncountedUse1763700000111';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table uncounted_use (
      workload_id uuid not null,
      organization_id uuid not null,
      cluster text not null,
      metric text not null,
      since timestamptz not null,
      primary key (workload_id, cluster, metric)
    )`);
    await runner.query('create index uncounted_use_organization on uncounted_use (organization_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table uncounted_use');
  }
}
