import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = [
  `create table app_user (
    id uuid primary key,
    email text not null unique,
    display_name text,
    password_hash text not null,
    administrator boolean not null default false,
    generation int not null default 1,
    created_at timestamptz not null
  )`,
  // Nobody is a user before the address is proven: each registration keeps the password that it was made with.
  `create table registration (
    token_hash text primary key,
    email text not null,
    display_name text,
    password_hash text not null,
    expires_at timestamptz not null
  )`,
  `create table session (
    id uuid primary key,
    user_id uuid not null,
    user_agent text,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
  )`,
  `create table refresh_token (
    token_hash text primary key,
    session_id uuid not null references session (id) on delete cascade,
    created_at timestamptz not null,
    used_at timestamptz
  )`,
  `create table signing_key (
    kid text primary key,
    state text not null check (state in ('pending', 'active', 'retired')),
    public_jwk jsonb not null,
    private_sealed bytea not null,
    created_at timestamptz not null,
    not_after timestamptz
  )`,
  `create table organization (
    id uuid primary key,
    slug text not null unique,
    display_name text,
    quota jsonb not null,
    created_at timestamptz not null
  )`,
  `create table membership (
    id uuid primary key,
    organization_id uuid not null references organization (id) on delete cascade,
    user_id uuid not null,
    scope_kind text not null,
    scope_id uuid not null,
    role text not null,
    generation int not null default 1,
    created_at timestamptz not null,
    unique (organization_id, user_id, scope_kind, scope_id)
  )`,
  `create table mail (
    id uuid primary key,
    sealed bytea not null,
    created_at timestamptz not null
  )`,
  `create table audit_trail (
    entry_id uuid primary key,
    organization_id uuid,
    entry jsonb not null
  )`,
  `create table heartbeat (
    single boolean primary key default true check (single),
    at timestamptz not null
  )`,
];

const indexes = [
  `create index registration_email on registration (email)`,
  `create index registration_expires_at on registration (expires_at)`,
  `create index session_owner on session (user_id, id)`,
  `create index refresh_token_session on refresh_token (session_id)`,
  // Two signing at once would make "which one?" a question.
  `create unique index signing_key_active on signing_key (state) where state = 'active'`,
  `create index membership_user on membership (user_id, organization_id)`,
  `create index audit_trail_organization on audit_trail (organization_id, entry_id)`,
];

const names = [
  'heartbeat',
  'audit_trail',
  'mail',
  'membership',
  'organization',
  'signing_key',
  'refresh_token',
  'session',
  'registration',
  'app_user',
];

export class CreateUserManagement1763690000001 implements MigrationInterface {
  readonly name = 'CreateUserManagement1763690000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...tables, ...indexes]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${names.join(', ')}`);
  }
}
