import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Machines of an organization, what they prove themselves with, and devices that ask to be let in. */
export class ServiceAccounts1763760000001 implements MigrationInterface {
  readonly name = 'ServiceAccounts1763760000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table service_account (
        id uuid primary key,
        organization_id uuid not null references organization (id) on delete cascade,
        name text not null,
        created_at timestamptz not null
      )`);
    await runner.query('create index service_account_organization on service_account (organization_id, id)');
    await runner.query(`
      create table client_secret (
        id uuid primary key,
        service_account_id uuid not null references service_account (id) on delete cascade,
        prefix text not null,
        secret_hash text not null unique,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        last_used_at timestamptz
      )`);
    await runner.query('create index client_secret_owner on client_secret (service_account_id, id)');
    await runner.query(`
      create table device_grant (
        device_code_hash text primary key,
        user_code text not null unique,
        state text not null default 'pending' check (state in ('pending', 'approved', 'denied')),
        user_id uuid references app_user (id) on delete cascade,
        second_factor boolean not null default false,
        user_agent text,
        address text not null,
        interval_seconds int not null,
        polled_at timestamptz,
        created_at timestamptz not null,
        expires_at timestamptz not null
      )`);
    await runner.query('create index device_grant_expires_at on device_grant (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table device_grant, client_secret, service_account');
  }
}
