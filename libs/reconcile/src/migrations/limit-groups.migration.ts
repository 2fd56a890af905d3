import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LimitGroups1763800000005 implements MigrationInterface {
  readonly name = 'LimitGroups1763800000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table work_group_limit (
        queue text not null,
        work_group text not null,
        at_once int not null check (at_once >= 0),
        primary key (queue, work_group)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table work_group_limit');
  }
}
