import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Attempts to guess, by account and by address. */
export class Throttle1763740000002 implements MigrationInterface {
  readonly name = 'Throttle1763740000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table throttle (
        key text primary key,
        count int not null,
        blocked_until timestamptz not null,
        last_at timestamptz not null
      )`);
    await runner.query('create index throttle_last_at on throttle (last_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table throttle');
  }
}
