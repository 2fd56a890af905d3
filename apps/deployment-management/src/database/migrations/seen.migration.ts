import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was last seen of a deployment that rolls: a deadline passes without anybody who could look. */
export class Seen1763800000040 implements MigrationInterface {
  readonly name = 'Seen1763800000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deployment add column seen jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deployment drop column seen');
  }
}
