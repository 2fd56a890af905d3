import type { MigrationInterface, QueryRunner } from 'typeorm';

const resource = 'workload_id, cluster, release, process_type, cpu_millicores, memory_mib';
/** As PostgreSQL named it when the table was made. */
const unique = 'metered_resource_workload_id_cluster_release_process_type_c_key';

const up = [
  'alter table metered_workload add is_volume boolean not null default false',
  'alter table metered_resource add storage_bytes bigint not null default 0',
  `alter table metered_resource drop constraint ${unique}, add constraint metered_resource_is_one unique (${resource}, storage_bytes)`,
  // Where nothing was metered yet, nobody was promised other prices. Elsewhere storage is without a price until somebody
  // gives it one or waives it: nothing is guessed.
  'alter table price_book_version disable trigger price_book_version_is_append_only',
  `update price_book_version v
      set prices = jsonb_set(prices, '{rates}', prices->'rates' || jsonb_build_object(
            'id', 'storage', 'name', 'Storage', 'metric', 'storage',
            'pricing', jsonb_build_object('kind', 'per-unit', 'price', '0.0001500000')))
     from price_book b
    where b.id = v.book_id and b.name = 'default' and v.version = 1
      and not exists (select from accepted_event) and not exists (select from price_book_version where version > 1)`,
  'alter table price_book_version enable trigger price_book_version_is_append_only',
];

const down = [
  'delete from hourly_total t using metered_resource r where r.id = t.resource_id and r.storage_bytes > 0',
  'delete from span s using metered_resource r where r.id = s.resource_id and r.storage_bytes > 0',
  'delete from metered_resource where storage_bytes > 0',
  `alter table metered_resource drop constraint metered_resource_is_one, drop storage_bytes,
     add constraint ${unique} unique (${resource})`,
  'alter table metered_workload drop is_volume',
  'alter table price_book_version disable trigger price_book_version_is_append_only',
  `update price_book_version v set prices = jsonb_set(prices, '{rates}', (
     select jsonb_agg(rate) from jsonb_array_elements(prices->'rates') rate where rate->>'metric' <> 'storage'))
    where prices->'rates' @> '[{"metric": "storage"}]'`,
  'alter table price_book_version enable trigger price_book_version_is_append_only',
];

export class MeterVolumes1763700000052 implements MigrationInterface {
  readonly name = 'MeterVolumes1763700000052';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
