import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  // Usage of a month that no rate charges, and whose word it is that it stays so.
  `create table usage_waiver (
     organization_id uuid not null,
     month text not null,
     metric text not null,
     reason text not null,
     waived_by uuid not null,
     waived_at timestamptz not null,
     primary key (organization_id, month, metric)
   )`,
  'create index billing_account_blocked on billing_account (organization_id) where blocked is not null',
];

export class WaiveUsage1763700000061 implements MigrationInterface {
  readonly name = 'WaiveUsage1763700000061';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index billing_account_blocked');
    await runner.query('drop table usage_waiver');
  }
}
