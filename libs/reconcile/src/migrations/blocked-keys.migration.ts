import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What keys wait for that somebody has to act on, so that it can be counted over all processes. */
export class BlockedKeys1763800000310 implements MigrationInterface {
  readonly name = 'BlockedKeys1763800000310';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table work_item add column blocked_by text');
    await runner.query('create index work_item_blocked on work_item (queue, blocked_by) where blocked_by is not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table work_item drop column blocked_by');
  }
}
