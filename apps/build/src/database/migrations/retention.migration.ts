import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Retention1763800000050 implements MigrationInterface {
  readonly name = 'Retention1763800000050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table release_reference (
        release_id uuid primary key,
        workload_id uuid not null,
        digest text not null)`);
    await runner.query('create index release_reference_digest on release_reference (digest)');
    await runner.query('create index release_reference_workload on release_reference (workload_id)');
    await runner.query('create index build_finished on build (finished_at)');
    await runner.query('create index upload_created on upload (created_at)');
    // Releases were not told before: what was built is taken for released until its workload is deleted.
    await runner.query(`
      insert into release_reference (release_id, workload_id, digest)
      select id, workload_id, artifact->>'digest' from build where artifact is not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index upload_created, build_finished');
    await runner.query('drop table release_reference');
  }
}
