import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts that come and go: deactivated, suspended, on the way to being erased; addresses that change. */
export class Accounts1763750000003 implements MigrationInterface {
  readonly name = 'Accounts1763750000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table app_user
        add column state text not null default 'active' check (state in ('active', 'deactivated', 'suspended')),
        add column erase_at timestamptz`);
    await runner.query(`
      create table email_change (
        user_id uuid primary key references app_user (id) on delete cascade,
        email text not null,
        token_hash text not null unique,
        expires_at timestamptz not null
      )`);
    await runner.query(`
      create table sign_up_policy (
        single boolean primary key default true check (single),
        mode text not null check (mode in ('open', 'invitation', 'closed')),
        domains jsonb not null,
        generation int not null default 1
      )`);
    await runner.query(`create index audit_trail_actor on audit_trail ((entry->'actor'->>'id'), entry_id)`);
    await runner.query('create index invitation_email on invitation (email)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index invitation_email');
    await runner.query('drop index audit_trail_actor');
    await runner.query('drop table sign_up_policy, email_change');
    await runner.query('alter table app_user drop column state, drop column erase_at');
  }
}
