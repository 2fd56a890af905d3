import type { MigrationInterface, QueryRunner } from 'typeorm';

const resource = `workload_id, cluster, release, process_type, cpu_millicores, memory_mib, storage_bytes, build_millicores`;

const up = [
  'alter table metered_resource add egress_bytes int not null default 0',
  `alter table metered_resource drop constraint metered_resource_is_one,
     add constraint metered_resource_is_one unique (${resource}, egress_bytes)`,
  // As for storage and builds: elsewhere it is without a price until somebody gives it one or waives it.
  'alter table price_book_version disable trigger price_book_version_is_append_only',
  `update price_book_version v
      set prices = jsonb_set(prices, '{rates}', prices->'rates' || jsonb_build_object(
            'id', 'egress', 'name', 'Traffic', 'metric', 'egress',
            'pricing', jsonb_build_object('kind', 'per-unit', 'price', '0.0100000000')))
     from price_book b
    where b.id = v.book_id and b.name = 'default' and v.version = 1
      and not exists (select from accepted_event) and not exists (select from price_book_version where version > 1)`,
  'alter table price_book_version enable trigger price_book_version_is_append_only',
];

const down = [
  'delete from hourly_total t using metered_resource r where r.id = t.resource_id and r.egress_bytes > 0',
  'delete from span s using metered_resource r where r.id = s.resource_id and r.egress_bytes > 0',
  'delete from metered_resource where egress_bytes > 0',
  `alter table metered_resource drop constraint metered_resource_is_one, drop egress_bytes,
     add constraint metered_resource_is_one unique (${resource})`,
  'alter table price_book_version disable trigger price_book_version_is_append_only',
  `update price_book_version v set prices = jsonb_set(prices, '{rates}', (
     select jsonb_agg(rate) from jsonb_array_elements(prices->'rates') rate where rate->>'metric' <> 'egress'))
    where prices->'rates' @> '[{"metric": "egress"}]'`,
  'alter table price_book_version enable trigger price_book_version_is_append_only',
];

export class MeterEgress1763700000091 implements MigrationInterface {
  readonly name = 'MeterEgress1763700000091';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
