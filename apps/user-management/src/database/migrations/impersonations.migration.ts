import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Administrators who look with a person's eyes, once that person has said yes. */
export class Impersonations1763770000001 implements MigrationInterface {
  readonly name = 'Impersonations1763770000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table impersonation (
        id uuid primary key,
        user_id uuid not null references app_user (id) on delete cascade,
        administrator_id uuid not null references app_user (id) on delete cascade,
        reason text not null,
        state text not null default 'asked' check (state in ('asked', 'consented')),
        created_at timestamptz not null,
        expires_at timestamptz not null
      )`);
    await runner.query('create index impersonation_user on impersonation (user_id, id)');
    await runner.query('create index impersonation_administrator on impersonation (administrator_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table impersonation');
  }
}
