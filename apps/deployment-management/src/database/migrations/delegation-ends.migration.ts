import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A delegation ends with the secret or token that it was made with. When that is, is not known of older ones: they are over. */
export class DelegationEnds1763800000400 implements MigrationInterface {
  readonly name = 'DelegationEnds1763800000400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table delegation add column ends_at timestamptz');
    await runner.query('update delegation set ends_at = now()');
    await runner.query('alter table delegation alter column ends_at set not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table delegation drop column ends_at');
  }
}
