import type { MigrationInterface, QueryRunner } from 'typeorm';
import { identitySql } from './epochs.js';

/** Since when the epoch holds, and in which database it began: a restored one is another. */
export class Epochs1763800000490 implements MigrationInterface {
  readonly name = 'Epochs1763800000490';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table producer_epoch add column began_at timestamptz, add column database text');
    await runner.query(`update producer_epoch set database = ${identitySql}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table producer_epoch drop column database, drop column began_at');
  }
}
