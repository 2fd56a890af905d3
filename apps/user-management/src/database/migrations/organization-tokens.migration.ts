import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API tokens of organizations. Who made one may be erased meanwhile, so that is no reference. */
export class OrganizationTokens1763780000001 implements MigrationInterface {
  readonly name = 'OrganizationTokens1763780000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table organization_token (
        id uuid primary key,
        organization_id uuid not null references organization (id) on delete cascade,
        name text not null,
        prefix text not null,
        scopes jsonb not null,
        token_hash text not null unique,
        created_by uuid not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        last_used_at timestamptz
      )`);
    await runner.query('create index organization_token_owner on organization_token (organization_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('delete from membership using organization_token token where membership.user_id = token.id');
    await runner.query('drop table organization_token');
  }
}
