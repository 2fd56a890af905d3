import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each service's own record of who did what, and the head of each chain. */
export class Audit1763683200302 implements MigrationInterface {
  readonly name = 'Audit1763683200302';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_chain (
        key text primary key,
        sequence int not null,
        previous_hash text not null,
        hash text not null
      )`);
    await runner.query(`
      create table audit_entry (
        key text not null,
        sequence int not null,
        entry_id uuid not null,
        organization_id uuid,
        actor jsonb not null,
        action text not null,
        target jsonb not null,
        at timestamptz not null,
        detail jsonb not null,
        previous_hash text not null,
        hash text not null,
        primary key (key, sequence)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_entry, audit_chain');
  }
}
