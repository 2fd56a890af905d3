import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a service needs to produce events: rows to publish, a version per aggregate, the epoch of its database. */
export class CreateOutbox1763683200001 implements MigrationInterface {
  readonly name = 'CreateOutbox1763683200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outbox (
        seq bigint generated always as identity primary key,
        topic text not null,
        key text not null,
        event json not null,
        created_at timestamptz not null default now())`);
    await runner.query(`create table aggregate_version (subject text primary key, version int not null)`);
    await runner.query(`
      create table producer_epoch (
        one boolean primary key default true check (one),
        epoch int not null default 0)`);
    await runner.query(`insert into producer_epoch default values`);
    await runner.query(`create table snapshot_run (aggregate text primary key, next_cursor text)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table snapshot_run, producer_epoch, aggregate_version, outbox');
  }
}
