import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The administrator's sessions in which tokens of an impersonation were given out: with one of them it ends. */
export class ImpersonationSessions1763820000001 implements MigrationInterface {
  readonly name = 'ImpersonationSessions1763820000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table impersonation add column looked_in uuid[] not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table impersonation drop column looked_in');
  }
}
