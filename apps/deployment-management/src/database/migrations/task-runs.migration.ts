import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TaskRuns1763800000200 implements MigrationInterface {
  readonly name = 'TaskRuns1763800000200';

  async up(runner: QueryRunner): Promise<void> {
    // Counted on a cluster: its time there is part of the allocation that was told last.
    await runner.query(`alter table task add column instance text, add column ran_from timestamptz,
      add column counted_on text, add column output jsonb not null default '[]'`);
    await runner.query('create index task_open on task (organization_id) where ended_at is null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index task_open');
    await runner.query(`alter table task drop column output, drop column counted_on, drop column ran_from,
      drop column instance`);
  }
}
