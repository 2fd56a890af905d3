import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The organizations that this service knew before it kept to their quota. Later ones come with their events. */
export class LimitBuilds1763800000020 implements MigrationInterface {
  readonly name = 'LimitBuilds1763800000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      insert into work_group_limit (queue, work_group, at_once)
      select 'builds', organization_id::text, (quota->>'buildsAtOnce')::int from access_organization where quota is not null
          on conflict do nothing`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from work_group_limit where queue = 'builds'`);
  }
}
