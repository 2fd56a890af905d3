import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often a host was attached to its workload, and from when to when it was the last time. */
export class DomainAttachments1763800000560 implements MigrationInterface {
  readonly name = 'DomainAttachments1763800000560';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table domain add attachment int not null default 0,
      add attached_at timestamptz, add detached_at timestamptz`);
    await runner.query(`update domain set attachment = 1, attached_at = verified_at, detached_at = released_at
      where verified_at is not null`);
    await runner.query('alter table domain add check ((attachment > 0) = (attached_at is not null))');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table domain drop attachment, drop attached_at, drop detached_at');
  }
}
