import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `create table volume (
     id uuid primary key,
     workload_id uuid not null references workload,
     organization_id uuid not null,
     process text not null,
     name text not null,
     mount_path text not null,
     size_mib int not null,
     initial_mib int not null,
     storage_class text,
     is_per_instance boolean not null,
     copies int not null,
     provisioned_bytes bigint not null default 0,
     is_told boolean not null default false,
     generation int not null default 1,
     created_at timestamptz not null,
     deleted_at timestamptz,
     finished_at timestamptz
   )`,
  `create unique index volume_name on volume (workload_id, name) where deleted_at is null`,
  `create unique index volume_mount_path on volume (workload_id, process, mount_path) where deleted_at is null`,
  `create index volume_workload on volume (workload_id) where finished_at is null`,
  `create index volume_organization on volume (organization_id) where finished_at is null`,
];

/** Storage of workloads. One that is deleted is finished, and counts no more, when nothing of it is there. */
export class Volumes1763800000230 implements MigrationInterface {
  readonly name = 'Volumes1763800000230';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table volume');
  }
}
