import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Namespaces of clusters that may speak for a service account, and what their objects have said so far. */
export class Declarations1763800000390 implements MigrationInterface {
  readonly name = 'Declarations1763800000390';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table delegation (
      id uuid primary key,
      organization_id uuid not null,
      project_id uuid not null references project,
      cluster_id uuid not null references cluster,
      namespace text not null,
      subject_id uuid not null,
      session_id text not null,
      revoked_at timestamptz,
      scopes text[] not null,
      conditions jsonb not null default '[]',
      created_at timestamptz not null,
      unique (cluster_id, namespace, project_id)
    )`);
    await runner.query('create index delegation_session on delegation (session_id)');
    await runner.query('create index delegation_project on delegation (project_id, id)');
    await runner.query(`create table declaration (
      key text primary key,
      cluster_id uuid not null references cluster,
      namespace text not null,
      delegation_id uuid references delegation on delete set null,
      uid text not null,
      kind text not null,
      target_id uuid unique,
      agreed jsonb not null,
      seen text not null
    )`);
    await runner.query('create index declaration_place on declaration (cluster_id, namespace)');
    await runner.query('create index declaration_delegation on declaration (delegation_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table declaration');
    await runner.query('drop table delegation');
  }
}
