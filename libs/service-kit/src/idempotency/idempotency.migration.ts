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

/** A repeat gets every header of the first answer, and only after what the first was allowed by was checked again. */
export class IdempotentReplays1763730000001 implements MigrationInterface {
  readonly name = 'IdempotentReplays1763730000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table idempotency_key
        add column headers jsonb not null default '{}',
        add column checks jsonb`);
    await runner.query(`
      update idempotency_key set headers = jsonb_build_object('location', location) where location is not null`);
    await runner.query('alter table idempotency_key drop column location');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table idempotency_key add column location text');
    await runner.query(`update idempotency_key set location = headers ->> 'location'`);
    await runner.query('alter table idempotency_key drop column headers, drop column checks');
  }
}

/** The kit's own, before those of a service. */
export const kitMigrations = [Idempotency1763600000001, IdempotentReplays1763730000001] as const;
