import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Idempotency1763600000001 implements MigrationInterface {
  readonly name = 'Idempotency1763600000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table idempotency_key (
        subject text not null,
        route text not null,
        key text not null,
        body_hash text not null,
        status int not null,
        location text,
        answer jsonb,
        created_at timestamptz not null default now(),
        primary key (subject, route, key)
      )`);
    await runner.query('create index idempotency_key_created_at on idempotency_key (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table idempotency_key');
  }
}
