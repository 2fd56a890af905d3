import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MeasureBuilds1763800000060 implements MigrationInterface {
  readonly name = 'MeasureBuilds1763800000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table build add cpu_milliseconds bigint not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table build drop cpu_milliseconds');
  }
}
