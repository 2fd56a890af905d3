import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  `alter table price_book add rounding text not null default 'half-even' check (rounding in ('half-even', 'half-up'))`,
  `create table price_book_version (
     book_id uuid not null references price_book,
     version int not null check (version > 0),
     valid_from timestamptz not null,
     prices jsonb not null,
     primary key (book_id, version),
     unique (book_id, valid_from)
   )`,
  // The first version holds from the beginning of time, so that there is a price for every moment.
  `insert into price_book_version (book_id, version, valid_from, prices)
   select id, 1, '1970-01-01Z', jsonb_build_object('fees', '[]'::jsonb, 'discounts', '[]'::jsonb, 'rates', jsonb_build_array(
     jsonb_build_object('id', 'cpu', 'name', 'CPU', 'metric', 'cpu',
                        'pricing', jsonb_build_object('kind', 'per-unit', 'price', core_hour::text)),
     jsonb_build_object('id', 'memory', 'name', 'Memory', 'metric', 'memory',
                        'pricing', jsonb_build_object('kind', 'per-unit', 'price', gib_hour::text))))
     from price_book`,
  'alter table price_book drop core_hour, drop gib_hour',
  `create function refuse_price_change() returns trigger language plpgsql as $$
     begin raise exception 'versions of price books are never changed'; end $$`,
  `create trigger price_book_version_is_append_only before update or delete on price_book_version
     for each row execute function refuse_price_change()`,
  `create table billing_account (
     organization_id uuid primary key,
     time_zone text not null,
     book_id uuid not null references price_book
   )`,
];

const price = (metric: string) =>
  `(select (rate->'pricing'->>'price')::numeric from price_book_version v, jsonb_array_elements(v.prices->'rates') rate
     where v.book_id = b.id and v.version = 1 and rate->>'metric' = '${metric}')`;

const down = [
  'drop table billing_account',
  'alter table price_book add core_hour numeric(20, 10), add gib_hour numeric(20, 10)',
  `update price_book b set core_hour = coalesce(${price('cpu')}, 0), gib_hour = coalesce(${price('memory')}, 0)`,
  'alter table price_book alter core_hour set not null, alter gib_hour set not null, drop rounding',
  'drop table price_book_version',
  'drop function refuse_price_change',
];

export class PriceBookVersions1763700000003 implements MigrationInterface {
  readonly name = 'PriceBookVersions1763700000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
