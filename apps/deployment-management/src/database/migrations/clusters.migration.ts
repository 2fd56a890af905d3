import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OWN_CLUSTER_ID } from '../../clusters/own-cluster.js';

const statements = [
  // The configured cluster has no credentials here; its row is what placements name.
  `create table cluster (
     id uuid primary key,
     name text not null,
     region text,
     is_own boolean not null default false,
     is_cordoned boolean not null default false,
     server text,
     settings jsonb,
     credentials bytea,
     runtime_version int not null default 1,
     failed_looks int not null default 0,
     conditions jsonb not null default '[]',
     generation int not null default 1,
     created_at timestamptz not null,
     removed_at timestamptz
   )`,
  'create unique index cluster_name on cluster (name) where removed_at is null',
  `insert into cluster (id, name, is_own, created_at) values ('${OWN_CLUSTER_ID}', 'local', true, now())`,
  `create table placement (
     workload_id uuid not null references workload,
     cluster_id uuid not null references cluster,
     state text not null default 'active',
     created_at timestamptz not null,
     primary key (workload_id, cluster_id)
   )`,
  // Several at once need counts and proof of each; until they have them the database allows one.
  `create unique index placement_active on placement (workload_id) where state = 'active'`,
  'create index placement_cluster on placement (cluster_id, workload_id)',
  `insert into placement (workload_id, cluster_id, created_at) select id, '${OWN_CLUSTER_ID}', created_at from workload`,
  `alter table environment add column cluster_id uuid not null default '${OWN_CLUSTER_ID}' references cluster`,
  'alter table environment alter column cluster_id drop default',
  `alter table runtime_watch add column cluster_id uuid not null default '${OWN_CLUSTER_ID}' references cluster`,
  'alter table runtime_watch drop column only_row, alter column cluster_id drop default',
  'alter table runtime_watch add primary key (cluster_id)',
];

const back = [
  `delete from runtime_watch where cluster_id <> '${OWN_CLUSTER_ID}'`,
  'alter table runtime_watch drop column cluster_id, add column only_row boolean primary key default true check (only_row)',
  'alter table environment drop column cluster_id',
  'drop table placement, cluster',
];

export class Clusters1763800000100 implements MigrationInterface {
  readonly name = 'Clusters1763800000100';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of back) await runner.query(statement);
  }
}
