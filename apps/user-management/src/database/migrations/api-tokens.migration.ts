import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What persons give to machines. */
export class ApiTokens1763740000004 implements MigrationInterface {
  readonly name = 'ApiTokens1763740000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table api_token (
        id uuid primary key,
        user_id uuid not null references app_user (id) on delete cascade,
        name text not null,
        prefix text not null,
        scopes jsonb not null,
        token_hash text not null unique,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        last_used_at timestamptz
      )`);
    await runner.query('create index api_token_owner on api_token (user_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table api_token');
  }
}
