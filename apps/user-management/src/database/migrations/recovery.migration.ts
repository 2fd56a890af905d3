import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For those who have forgotten their password. */
export class Recovery1763740000001 implements MigrationInterface {
  readonly name = 'Recovery1763740000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table recovery_request (
        id uuid primary key,
        email text not null,
        created_at timestamptz not null
      )`);
    await runner.query(`
      create table recovery (
        user_id uuid primary key references app_user (id) on delete cascade,
        token_hash text not null unique,
        expires_at timestamptz not null
      )`);
    await runner.query('create index recovery_expires_at on recovery (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table recovery, recovery_request');
  }
}
