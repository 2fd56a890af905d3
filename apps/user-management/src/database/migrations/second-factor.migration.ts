import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What persons have besides a password. */
export class SecondFactor1763740000005 implements MigrationInterface {
  readonly name = 'SecondFactor1763740000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table totp (
        user_id uuid primary key references app_user (id) on delete cascade,
        secret_sealed bytea not null,
        confirmed boolean not null default false,
        last_step bigint not null default 0
      )`);
    await runner.query(`
      create table totp_recovery_code (
        user_id uuid not null references totp (user_id) on delete cascade,
        code_hash text not null,
        primary key (user_id, code_hash)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table totp_recovery_code, totp');
  }
}
