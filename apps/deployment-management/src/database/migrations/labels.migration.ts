import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Labels1763800000350 implements MigrationInterface {
  readonly name = 'Labels1763800000350';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table place_labels (
      place_id uuid primary key, labels jsonb not null, since timestamptz not null)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table place_labels');
  }
}
