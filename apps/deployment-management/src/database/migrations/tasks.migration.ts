import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `create table task (
     id uuid primary key,
     workload_id uuid not null references workload,
     organization_id uuid not null,
     deployment_id uuid references deployment,
     release_id uuid not null references release,
     process text not null,
     command text not null,
     cpu_millicores int not null,
     memory_mib int not null,
     deadline_seconds int not null,
     status text not null,
     exit_code int,
     failure jsonb,
     seen jsonb,
     is_cleared boolean not null default false,
     created_by text not null,
     created_at timestamptz not null,
     started_at timestamptz,
     ended_at timestamptz
   )`,
  // A release command runs once per deployment, whatever the code above believes.
  `create unique index task_deployment on task (deployment_id) where deployment_id is not null`,
  `create index task_workload on task (workload_id, id)`,
  `create index task_on_runtime on task (workload_id) where not is_cleared`,
];

/** Commands that run once on a release; one that is not cleared may still be on the runtime. */
export class Tasks1763800000080 implements MigrationInterface {
  readonly name = 'Tasks1763800000080';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table task');
  }
}
