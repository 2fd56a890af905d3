import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `alter table placement add column drain_seconds int not null default 0, add column drain_until timestamptz,
     add column message text, add column has_failed boolean not null default false`,
  `alter table environment add column regions text[] not null default '{}'`,
  // Where an environment has, or had, something of its own; the row goes when nothing of it is left there.
  `create table space (
     environment_id uuid not null references environment,
     cluster_id uuid not null references cluster,
     is_ending boolean not null default false,
     held_by text,
     primary key (environment_id, cluster_id)
   )`,
  'create index space_cluster on space (cluster_id, environment_id)',
  `insert into space (environment_id, cluster_id, is_ending, held_by)
   select id, cluster_id, deleted_at is not null, held_by from environment where finalized_at is null`,
  'drop index environment_ending',
  'alter table environment drop column held_by',
];

const back = [
  'alter table environment add column held_by text, drop column regions',
  `update environment e set held_by = s.held_by from space s where s.environment_id = e.id and s.cluster_id = e.cluster_id`,
  'create index environment_ending on environment (cluster_id, id) where deleted_at is not null and finalized_at is null',
  'drop table space',
  `delete from placement where state <> 'active'`,
  'alter table placement drop column drain_seconds, drop column drain_until, drop column message, drop column has_failed',
];

export class Moves1763800000240 implements MigrationInterface {
  readonly name = 'Moves1763800000240';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of back) await runner.query(statement);
  }
}
