import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `create table project (
     id uuid primary key,
     organization_id uuid not null,
     slug text not null,
     created_at timestamptz not null,
     deleted_at timestamptz
   )`,
  `create unique index project_slug on project (organization_id, slug) where deleted_at is null`,
  `create table environment (
     id uuid primary key,
     project_id uuid not null references project,
     organization_id uuid not null,
     slug text not null,
     kind text not null,
     namespace text not null unique,
     created_at timestamptz not null,
     deleted_at timestamptz
   )`,
  `create unique index environment_slug on environment (project_id, slug) where deleted_at is null`,
  `create table app (
     id uuid primary key,
     project_id uuid not null references project,
     organization_id uuid not null,
     slug text not null,
     source jsonb not null,
     build jsonb not null,
     generation int not null default 1,
     created_at timestamptz not null,
     deleted_at timestamptz
   )`,
  `create unique index app_slug on app (project_id, slug) where deleted_at is null`,
  `create table workload (
     id uuid primary key,
     app_id uuid not null references app,
     environment_id uuid not null references environment,
     project_id uuid not null references project,
     organization_id uuid not null,
     host text not null unique,
     tracked_ref text,
     state text not null default 'running',
     counts jsonb not null default '{}',
     process_settings jsonb not null default '{}',
     deadlines jsonb not null default '{}',
     start_deadline_seconds int not null default 60,
     current_release_id uuid,
     restart_token text not null,
     deployments_made int not null default 0,
     releases_made int not null default 0,
     config_versions_made int not null default 0,
     generation int not null default 1,
     observed_generation int not null default 0,
     conditions jsonb not null default '[]',
     created_at timestamptz not null,
     deleted_at timestamptz,
     finished_at timestamptz
   )`,
  `create unique index workload_app_environment on workload (app_id, environment_id) where deleted_at is null`,
  `create index workload_environment on workload (environment_id, id)`,
  `create index workload_project on workload (project_id, id)`,
  `create table secret_version (
     id uuid primary key,
     workload_id uuid not null references workload,
     name text not null,
     number int not null,
     sealed bytea not null,
     created_at timestamptz not null,
     revoked_at timestamptz,
     unique (workload_id, name, number)
   )`,
  `create table config_version (
     workload_id uuid not null references workload,
     number int not null,
     entries jsonb not null,
     hash text not null,
     created_by text not null,
     created_at timestamptz not null,
     primary key (workload_id, number)
   )`,
  `create table release (
     id uuid primary key,
     workload_id uuid not null references workload,
     number int not null,
     hash text not null,
     artifact jsonb not null,
     commit text,
     config_version int not null,
     config_hash text not null,
     processes jsonb not null,
     reason text not null,
     was_live boolean not null default false,
     created_by text not null,
     created_at timestamptz not null,
     unique (workload_id, number)
   )`,
  `alter table workload add foreign key (current_release_id) references release`,
  `create table deployment (
     id uuid primary key,
     workload_id uuid not null references workload,
     organization_id uuid not null,
     number int not null,
     status text not null,
     source jsonb not null,
     build_id uuid,
     build_result jsonb,
     release_id uuid references release,
     failure jsonb,
     outcome text,
     notes jsonb not null default '[]',
     created_by text not null,
     created_at timestamptz not null,
     ended_at timestamptz,
     unique (workload_id, number)
   )`,
  `create index deployment_active on deployment (workload_id, number) where ended_at is null`,
  `create unique index deployment_build on deployment (build_id) where build_id is not null`,
  // Two deployments must never move the same workload's instances at once, whatever the code above believes.
  `create unique index deployment_moving on deployment (workload_id) where status in ('preparing', 'rolling', 'verifying')`,
  `create table deployment_transition (
     deployment_id uuid not null references deployment,
     sequence int not null,
     at timestamptz not null,
     from_status text,
     to_status text not null,
     actor text not null,
     message text not null,
     primary key (deployment_id, sequence)
   )`,
  `create table allocation (
     workload_id uuid primary key references workload,
     version int not null,
     effective_at timestamptz not null,
     confirmed_at timestamptz not null,
     entries jsonb not null
   )`,
];

const tables =
  'allocation, deployment_transition, deployment, release, config_version, secret_version, workload, app, environment, project';

export class Initial1763700000000 implements MigrationInterface {
  readonly name = 'Initial1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${tables} cascade`);
  }
}
