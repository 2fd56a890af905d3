import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  // Trusted since PostgreSQL 13: the owner of the database may create it. Half the processor time of a range of one number.
  'create extension btree_gist',
  `alter table span drop constraint span_no_overlap,
     add constraint span_no_overlap exclude using gist (resource_id with =, during with &&)`,
  // Every event that reaches a handler has a UUID, a quarter as long as its text. What is written once is not taken apart.
  `alter table accepted_event drop constraint accepted_event_source_id_key,
     alter id type uuid using id::uuid, alter data type json,
     add constraint accepted_event_id_source_key unique (id, source)`,
  // The last event of the workload that was accepted.
  'alter table metered_workload add accepted_seq bigint not null default 0',
  `update metered_workload w set accepted_seq = e.seq
     from (select workload_id, max(seq) as seq from accepted_event group by 1) e where e.workload_id = w.workload_id`,
  'create index metered_workload_of_organization on metered_workload (organization_id)',
];

const down = [
  'drop index metered_workload_of_organization',
  'alter table metered_workload drop accepted_seq',
  `alter table accepted_event drop constraint accepted_event_id_source_key,
     alter id type text, alter data type jsonb,
     add constraint accepted_event_source_id_key unique (source, id)`,
  `alter table span drop constraint span_no_overlap,
     add constraint span_no_overlap
       exclude using gist (int8range(resource_id, resource_id, '[]') with &&, during with &&)`,
  'drop extension btree_gist',
];

export class UsageAtScale1763700000031 implements MigrationInterface {
  readonly name = 'UsageAtScale1763700000031';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
