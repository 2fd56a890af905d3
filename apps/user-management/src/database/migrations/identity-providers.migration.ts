import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Other people's servers that say who somebody is. */
export class IdentityProviders1763750000001 implements MigrationInterface {
  readonly name = 'IdentityProviders1763750000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table identity_provider (
        id uuid primary key,
        organization_id uuid not null references organization (id) on delete cascade,
        display_name text not null,
        endpoints jsonb not null,
        client_id text not null,
        client_secret_sealed bytea not null,
        settings jsonb not null,
        generation int not null default 1,
        created_at timestamptz not null
      )`);
    await runner.query('create index identity_provider_organization on identity_provider (organization_id, id)');
    await runner.query(`
      create table linked_identity (
        id uuid primary key,
        provider_id uuid not null references identity_provider (id) on delete cascade,
        subject text not null,
        user_id uuid not null references app_user (id) on delete cascade,
        created_at timestamptz not null,
        unique (provider_id, subject)
      )`);
    await runner.query('create index linked_identity_user on linked_identity (user_id, id)');
    await runner.query(`
      create table sign_in_flow (
        token_hash text primary key,
        provider_id uuid not null references identity_provider (id) on delete cascade,
        state text not null check (state in ('begun', 'answered', 'identified')),
        sealed bytea not null,
        proof_hash text,
        expires_at timestamptz not null
      )`);
    await runner.query('create index sign_in_flow_expires on sign_in_flow (expires_at)');
    await runner.query(
      'alter table membership add column provider_id uuid references identity_provider (id) on delete set null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table membership drop column provider_id');
    await runner.query('drop table sign_in_flow, linked_identity, identity_provider');
  }
}
