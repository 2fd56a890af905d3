import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBuilds1763600000100 implements MigrationInterface {
  readonly name = 'CreateBuilds1763600000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table build (
        id uuid primary key,
        organization_id uuid not null,
        project_id uuid not null,
        environment_id uuid not null,
        app_id uuid not null,
        workload_id uuid not null,
        deployment_id uuid not null,
        source jsonb not null,
        settings jsonb not null,
        deadline_seconds int not null,
        status text not null check (status in
          ('queued', 'cloning', 'detecting', 'building', 'publishing', 'succeeded', 'failed', 'cancelled')),
        commit text,
        commit_subject text,
        language text,
        processes jsonb not null default '[]',
        artifact jsonb,
        reused boolean not null default false,
        failure jsonb,
        created_at timestamptz not null,
        started_at timestamptz,
        finished_at timestamptz,
        check ((status in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)),
        check ((status = 'succeeded') = (artifact is not null)),
        check ((status = 'failed') = (failure is not null)))`);
    await runner.query('create index build_of_workload on build (workload_id, id desc)');
    await runner.query(`
      create table build_log (
        build_id uuid not null references build on delete cascade,
        first int not null,
        at timestamptz not null,
        lines text[] not null,
        primary key (build_id, first))`);
    await runner.query(`
      create table artifact (
        reuse_key text primary key,
        app_id uuid not null,
        artifact jsonb not null,
        created_at timestamptz not null)`);
    await runner.query(`
      create table upload (
        id uuid primary key,
        organization_id uuid not null,
        project_id uuid,
        subject_id text not null,
        blob text not null,
        tree text not null,
        size_bytes bigint not null,
        created_at timestamptz not null)`);
    // The key under which reuse keys are made: 244 random bits, made here so that all replicas have the same.
    await runner.query(`
      create table reuse_secret (
        only_row boolean primary key default true check (only_row),
        secret text not null default gen_random_uuid()::text || gen_random_uuid()::text)`);
    await runner.query('insert into reuse_secret default values');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table reuse_secret, upload, artifact, build_log, build');
  }
}
