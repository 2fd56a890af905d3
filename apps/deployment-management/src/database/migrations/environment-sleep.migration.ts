import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hours outside of which nothing of an environment runs. */
export class EnvironmentSleep1763800000250 implements MigrationInterface {
  readonly name = 'EnvironmentSleep1763800000250';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table environment_sleep (
      environment_id uuid primary key references environment,
      organization_id uuid not null,
      time_zone text not null,
      awake jsonb not null,
      awake_until timestamptz,
      is_asleep boolean not null default false
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table environment_sleep');
  }
}
