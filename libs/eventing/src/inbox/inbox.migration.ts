import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a service needs to consume events once: ids of those that took effect, and those that could not. */
export class CreateInbox1763683200002 implements MigrationInterface {
  readonly name = 'CreateInbox1763683200002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table inbox (
        event_id uuid primary key,
        received_at timestamptz not null default now())`);
    await runner.query('create index inbox_received_at on inbox using brin (received_at)');
    await runner.query(`
      create table dead_letter (
        id uuid primary key,
        seq bigint generated always as identity,
        key text not null,
        event jsonb not null,
        state text not null check (state in ('failed', 'parked', 'replayed', 'discarded')),
        error text,
        attempts int not null default 0,
        reason text,
        created_at timestamptz not null default now(),
        closed_at timestamptz)`);
    await runner.query(`create index dead_letter_open on dead_letter (key, seq) where state in ('failed', 'parked')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dead_letter, inbox');
  }
}
