import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From where acts were asked for, beside the entries: to be forgotten without them. */
export class AuditAddresses1763810000001 implements MigrationInterface {
  readonly name = 'AuditAddresses1763810000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_address (
        entry_id uuid primary key,
        subject_id text not null,
        address text not null,
        salt text not null,
        at timestamptz not null
      )`);
    await runner.query('create index audit_address_subject on audit_address (subject_id)');
    await runner.query('create index audit_address_at on audit_address (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_address');
  }
}
