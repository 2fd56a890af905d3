import type { MigrationInterface, QueryRunner } from 'typeorm';

const none = `'{"organization": 0, "project": 0, "environment": 0}'`;

const statements = [
  // What owns a config version or a secret is a workload, or an organization, project or environment above it. The columns
  // keep their names: replicas of before go on asking for them.
  'alter table config_version drop constraint config_version_workload_id_fkey',
  'alter table secret_version drop constraint secret_version_workload_id_fkey',
  `create table config_scope (
     id uuid primary key, kind text not null check (kind in ('organization', 'project', 'environment')),
     organization_id uuid not null, version int not null default 0)`,
  `alter table release add column scope_versions jsonb not null default ${none}`,
  // By scope: a rollback keeps it at one version until it has a newer one than it had then.
  `alter table workload add column config_holds jsonb not null default '{}'`,
];

const back = [
  'alter table workload drop column config_holds',
  'alter table release drop column scope_versions',
  'drop table config_scope',
  'delete from secret_version v where not exists (select from workload w where w.id = v.workload_id)',
  'delete from config_version v where not exists (select from workload w where w.id = v.workload_id)',
  'alter table secret_version add constraint secret_version_workload_id_fkey foreign key (workload_id) references workload',
  'alter table config_version add constraint config_version_workload_id_fkey foreign key (workload_id) references workload',
];

export class ConfigScopes1763800000500 implements MigrationInterface {
  readonly name = 'ConfigScopes1763800000500';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of back) await runner.query(statement);
  }
}
