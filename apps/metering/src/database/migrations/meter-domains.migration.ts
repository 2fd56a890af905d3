import type { MigrationInterface, QueryRunner } from 'typeorm';

const resource = `workload_id, cluster, release, process_type, cpu_millicores, memory_mib, storage_bytes,
  build_millicores, egress_bytes`;

const up = [
  'alter table metered_resource add domains int not null default 0',
  `alter table metered_resource drop constraint metered_resource_is_one,
     add constraint metered_resource_is_one unique (${resource}, domains)`,
  // As for storage, builds and traffic: elsewhere it is without a price until somebody gives it one or waives it.
  'alter table price_book_version disable trigger price_book_version_is_append_only',
  `update price_book_version v
      set prices = jsonb_set(prices, '{rates}', prices->'rates' || jsonb_build_object(
            'id', 'domain', 'name', 'Domains', 'metric', 'domain',
            'pricing', jsonb_build_object('kind', 'per-unit', 'price', '0')))
     from price_book b
    where b.id = v.book_id and b.name = 'default' and v.version = 1
      and not exists (select from accepted_event) and not exists (select from price_book_version where version > 1)`,
  'alter table price_book_version enable trigger price_book_version_is_append_only',
];

const down = [
  'delete from hourly_total t using metered_resource r where r.id = t.resource_id and r.domains > 0',
  'delete from span s using metered_resource r where r.id = s.resource_id and r.domains > 0',
  'delete from metered_resource where domains > 0',
  `alter table metered_resource drop constraint metered_resource_is_one, drop domains,
     add constraint metered_resource_is_one unique (${resource})`,
  'alter table price_book_version disable trigger price_book_version_is_append_only',
  `update price_book_version v set prices = jsonb_set(prices, '{rates}', (
     select jsonb_agg(rate) from jsonb_array_elements(prices->'rates') rate where rate->>'metric' <> 'domain'))
    where prices->'rates' @> '[{"metric": "domain"}]'`,
  'alter table price_book_version enable trigger price_book_version_is_append_only',
];

export class MeterDomains1763700000101 implements MigrationInterface {
  readonly name = 'MeterDomains1763700000101';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
