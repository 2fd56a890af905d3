import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `create table schedule (
     id uuid primary key,
     workload_id uuid not null references workload,
     organization_id uuid not null,
     name text not null,
     cron text not null,
     time_zone text not null,
     command text not null,
     cpu_millicores int not null,
     memory_mib int not null,
     deadline_seconds int not null,
     next_at timestamptz,
     generation int not null default 1,
     created_by text not null,
     created_at timestamptz not null,
     unique (workload_id, name)
   )`,
  // Each time is answered for once, whatever the code above believes.
  `create table schedule_run (
     id uuid primary key,
     schedule_id uuid not null references schedule on delete cascade,
     due_at timestamptz not null,
     outcome text not null,
     count int not null,
     reason text,
     task_id uuid references task on delete set null,
     unique (schedule_id, due_at)
   )`,
  'create index schedule_run_task on schedule_run (task_id)',
];

/** Commands that run again and again, and what became of each time. */
export class Schedules1763800000210 implements MigrationInterface {
  readonly name = 'Schedules1763800000210';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table schedule_run');
    await runner.query('drop table schedule');
  }
}
