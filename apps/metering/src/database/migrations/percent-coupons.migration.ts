import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  `alter table coupon alter currency drop not null, alter amount drop not null, add percent text, add months int
     check (months > 0), add applies_to text[], add constraint coupon_value check (
       case when percent is null then currency is not null and amount is not null and months is null and applies_to is null
       else currency is null and amount is null and credit_days is null end)`,
  // Months as the time zone of the account had them when the coupon was redeemed; `last_month` null: for ever.
  `create table coupon_discount (
     id uuid primary key,
     organization_id uuid not null,
     name text not null,
     percent text not null,
     applies_to text[],
     coupon text not null references coupon,
     first_month text not null,
     last_month text check (last_month >= first_month),
     created_at timestamptz not null,
     revoked_at timestamptz,
     unique (organization_id, coupon)
   )`,
  'create index coupon_discount_organization on coupon_discount (organization_id, id)',
];

const down = [
  'drop table coupon_discount',
  'delete from coupon where percent is not null',
  `alter table coupon drop constraint coupon_value, drop percent, drop months, drop applies_to,
     alter currency set not null, alter amount set not null`,
];

export class PercentCoupons1763700000072 implements MigrationInterface {
  readonly name = 'PercentCoupons1763700000072';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
