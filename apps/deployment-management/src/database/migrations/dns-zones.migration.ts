import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Zones that were handed over, what was written into them, and where the gateways of clusters are reached. */
export class DnsZones1763800000600 implements MigrationInterface {
  readonly name = 'DnsZones1763800000600';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table cluster add column address text[] not null default '{}'`);
    await runner.query(`create table dns_zone (
      id uuid primary key,
      organization_id uuid,
      name text not null,
      servers text[] not null,
      key_name text not null,
      algorithm text not null,
      sealed bytea not null,
      ttl_seconds integer not null,
      conditions jsonb not null default '[]',
      created_by text not null,
      created_at timestamptz not null,
      deleted_at timestamptz
    )`);
    await runner.query('create unique index dns_zone_name on dns_zone (organization_id, name) nulls not distinct');
    await runner.query(`create table dns_record (
      zone_id uuid not null references dns_zone on delete cascade,
      host text not null,
      values jsonb not null,
      state text not null default 'pending',
      cause text,
      message text,
      since timestamptz not null,
      live_at timestamptz,
      checked_at timestamptz,
      primary key (zone_id, host)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dns_record');
    await runner.query('drop table dns_zone');
    await runner.query('alter table cluster drop column address');
  }
}
