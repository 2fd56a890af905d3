import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who sells and who buys, as it stands on invoices. */
export class NameParties1763700000022 implements MigrationInterface {
  readonly name = 'NameParties1763700000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table billing_account add bill_to jsonb');
    await runner.query('alter table invoice_issuer add profile jsonb, add days_to_pay int check (days_to_pay >= 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table invoice_issuer drop profile, drop days_to_pay');
    await runner.query('alter table billing_account drop bill_to');
  }
}
