import type { MigrationInterface, QueryRunner } from 'typeorm';

// Amounts are whole smallest units of their currency.
const up = [
  'alter table billing_account add country text, add tax_id text',
  `create table coupon (
     code text primary key,
     name text not null,
     currency text not null,
     amount numeric(30) not null check (amount > 0),
     credit_days int check (credit_days > 0),
     redemption_limit int check (redemption_limit > 0),
     redeemed int not null default 0 check (redeemed >= 0 and redeemed <= redemption_limit),
     ends_at timestamptz,
     created_at timestamptz not null
   )`,
  `create table credit (
     id uuid primary key,
     organization_id uuid not null,
     name text not null,
     currency text not null,
     amount numeric(30) not null check (amount > 0),
     expires_at timestamptz,
     coupon text references coupon,
     created_at timestamptz not null,
     revoked_at timestamptz,
     unique (organization_id, coupon)
   )`,
  'create index credit_organization on credit (organization_id, id)',
  `create table credit_use (
     credit_id uuid not null references credit,
     invoice_id uuid not null references invoice,
     amount numeric(30) not null check (amount > 0),
     primary key (credit_id, invoice_id)
   )`,
  `create table tax_rule (
     id uuid primary key,
     issuer text not null,
     country text not null,
     customers text not null,
     tax_id text not null,
     name text not null,
     percent text,
     valid_from timestamptz not null,
     unique (issuer, country, customers, tax_id, valid_from)
   )`,
  `create table agreement (
     organization_id uuid not null,
     number int not null check (number > 0),
     valid_from timestamptz not null,
     book_id uuid not null references price_book,
     terms jsonb not null,
     primary key (organization_id, number),
     unique (organization_id, valid_from)
   )`,
  `create function refuse_promise_change() returns trigger language plpgsql as $$
     begin raise exception 'what was agreed on is never changed'; end $$`,
  ...['agreement', 'tax_rule', 'credit_use'].map(
    (table) => `create trigger ${table}_is_append_only before update or delete on ${table}
     for each row execute function refuse_promise_change()`,
  ),
];

const down = [
  'drop table agreement, tax_rule, credit_use, credit, coupon',
  'drop function refuse_promise_change',
  'alter table billing_account drop country, drop tax_id',
];

export class CreateCredits1763700000021 implements MigrationInterface {
  readonly name = 'CreateCredits1763700000021';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
