import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  `create table accepted_event (
     seq bigint generated always as identity primary key,
     source text not null,
     id text not null,
     type text not null,
     workload_id uuid not null,
     epoch int not null,
     version int not null,
     is_snapshot boolean not null,
     time timestamptz not null,
     accepted_at timestamptz not null,
     data jsonb not null,
     unique (source, id)
   )`,
  'create index accepted_event_workload on accepted_event (workload_id, epoch, version)',
  `create function refuse_change() returns trigger language plpgsql as $$
     begin raise exception 'accepted events are never changed'; end $$`,
  `create trigger accepted_event_is_append_only before update or delete on accepted_event
     for each row execute function refuse_change()`,
  `create table metered_workload (
     workload_id uuid primary key,
     organization_id uuid not null,
     epoch int not null,
     version int not null,
     effective_at timestamptz,
     confirmed_at timestamptz,
     seen_epoch int not null,
     seen_version int not null
   )`,
  `create table allocation_gap (
     workload_id uuid primary key references metered_workload,
     organization_id uuid not null,
     applied_version int not null,
     seen_version int not null,
     since timestamptz not null
   )`,
  'create index allocation_gap_organization on allocation_gap (organization_id)',
  `create table usage_anomaly (
     id bigint generated always as identity primary key,
     workload_id uuid not null,
     organization_id uuid not null,
     kind text not null,
     epoch int not null,
     version int not null,
     detail jsonb not null
   )`,
  'create index usage_anomaly_workload on usage_anomaly (workload_id)',
  `create table metered_resource (
     id bigint generated always as identity primary key,
     workload_id uuid not null,
     organization_id uuid not null,
     project_id uuid not null,
     environment_id uuid not null,
     app_id uuid not null,
     cluster text not null,
     release int not null,
     process_type text not null,
     cpu_millicores int not null,
     memory_mib int not null,
     unique (workload_id, cluster, release, process_type, cpu_millicores, memory_mib)
   )`,
  'create index metered_resource_organization on metered_resource (organization_id)',
  // The resource stands in the constraint as a range of one, because equality in GiST would need an extension.
  `create table span (
     id bigint generated always as identity primary key,
     resource_id bigint not null references metered_resource,
     instances int not null check (instances > 0),
     during tstzrange not null check (not isempty(during) and lower_inc(during) and not upper_inc(during)),
     constraint span_no_overlap exclude using gist (int8range(resource_id, resource_id, '[]') with &&, during with &&)
   )`,
  'create index span_open on span (resource_id) where upper_inf(during)',
  `create table price_book (
     id uuid primary key,
     name text not null unique,
     currency text not null,
     core_hour numeric(20, 10) not null,
     gib_hour numeric(20, 10) not null
   )`,
  `insert into price_book (id, name, currency, core_hour, gib_hour)
   values ('019aa000-0000-7000-8000-000000000001', 'default', 'EUR', 0.0280000000, 0.0070000000)`,
];

const tables = [
  'price_book',
  'span',
  'metered_resource',
  'usage_anomaly',
  'allocation_gap',
  'metered_workload',
  'accepted_event',
];

export class CreateMetering1763700000001 implements MigrationInterface {
  readonly name = 'CreateMetering1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`drop table ${table}`);
    await runner.query('drop function refuse_change');
  }
}
