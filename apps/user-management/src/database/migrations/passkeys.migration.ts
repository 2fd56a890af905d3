import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A second kind of second factor: recovery codes belong to the person now, whichever kind there is. */
export class Passkeys1763750000002 implements MigrationInterface {
  readonly name = 'Passkeys1763750000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table passkey (
        id uuid primary key,
        user_id uuid not null references app_user (id) on delete cascade,
        credential_id text not null unique,
        public_key bytea not null,
        counter bigint not null,
        transports jsonb not null,
        name text not null,
        backed_up boolean not null,
        created_at timestamptz not null,
        last_used_at timestamptz
      )`);
    await runner.query('create index passkey_user on passkey (user_id, id)');
    await runner.query(`
      create table passkey_challenge (
        challenge_hash text primary key,
        user_id uuid references app_user (id) on delete cascade,
        expires_at timestamptz not null
      )`);
    await runner.query('create index passkey_challenge_expires on passkey_challenge (expires_at)');
    await runner.query('alter table totp_recovery_code rename to recovery_code');
    await runner.query('alter table recovery_code rename constraint totp_recovery_code_pkey to recovery_code_pkey');
    await runner.query('alter table recovery_code drop constraint totp_recovery_code_user_id_fkey');
    await runner.query(`
      alter table recovery_code add constraint recovery_code_user_id_fkey
        foreign key (user_id) references app_user (id) on delete cascade`);
    await runner.query('alter table session add column proven_at timestamptz not null default now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session drop column proven_at');
    await runner.query('alter table recovery_code drop constraint recovery_code_user_id_fkey');
    await runner.query('alter table recovery_code rename constraint recovery_code_pkey to totp_recovery_code_pkey');
    await runner.query('alter table recovery_code rename to totp_recovery_code');
    // Codes of those who had passkeys only have nothing to belong to.
    await runner.query('delete from totp_recovery_code where user_id not in (select user_id from totp)');
    await runner.query(`
      alter table totp_recovery_code add constraint totp_recovery_code_user_id_fkey
        foreign key (user_id) references totp (user_id) on delete cascade`);
    await runner.query('drop table passkey_challenge, passkey');
  }
}
