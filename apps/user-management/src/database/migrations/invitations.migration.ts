import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Roles that wait for whoever reads the mail to an address. */
export class Invitations1763740000003 implements MigrationInterface {
  readonly name = 'Invitations1763740000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table invitation (
        id uuid primary key,
        organization_id uuid not null references organization (id) on delete cascade,
        email text not null,
        scope_kind text not null,
        scope_id uuid not null,
        role text not null,
        token_hash text not null unique,
        expires_at timestamptz not null,
        created_at timestamptz not null,
        unique (organization_id, email, scope_kind, scope_id)
      )`);
    await runner.query('create index invitation_organization on invitation (organization_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table invitation');
  }
}
