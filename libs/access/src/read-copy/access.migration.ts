import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The read copy of who may do what. Nothing in it is the truth: snapshots can make it anew. */
export class Access1763683200301 implements MigrationInterface {
  readonly name = 'Access1763683200301';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table access_organization (
        organization_id uuid primary key,
        epoch int not null,
        version int not null,
        awaiting_snapshot boolean not null default false,
        quota jsonb
      )`);
    await runner.query(`
      create table access_membership (
        organization_id uuid not null,
        subject_id uuid not null,
        scope_kind text not null,
        scope_id uuid not null,
        role text not null,
        primary key (organization_id, subject_id, scope_kind, scope_id)
      )`);
    await runner.query('create index access_membership_subject on access_membership (subject_id, organization_id)');
    await runner.query(`
      create table access_signing_key (
        kid text primary key,
        public_jwk jsonb not null,
        not_after timestamptz
      )`);
    await runner.query(`
      create table access_revoked_session (
        session_id uuid primary key,
        revoked_at timestamptz not null
      )`);
    await runner.query('create index access_revoked_session_at on access_revoked_session (revoked_at)');
    await runner.query(`
      create table access_state (
        single boolean primary key default true check (single),
        heartbeat_at timestamptz,
        keys_epoch int not null default 0,
        keys_version int not null default 0
      )`);
    await runner.query('insert into access_state default values');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['state', 'revoked_session', 'signing_key', 'membership', 'organization']) {
      await runner.query(`drop table access_${table}`);
    }
  }
}
