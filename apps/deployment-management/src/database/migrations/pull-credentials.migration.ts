import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As whom images of an organization are pulled. */
export class PullCredentials1763800000280 implements MigrationInterface {
  readonly name = 'PullCredentials1763800000280';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table pull_credential (
      id uuid primary key,
      organization_id uuid not null,
      registry text not null,
      username text not null,
      sealed bytea not null,
      created_by text not null,
      created_at timestamptz not null,
      unique (organization_id, registry)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table pull_credential');
  }
}
