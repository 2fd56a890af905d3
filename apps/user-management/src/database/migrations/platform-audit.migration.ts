import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Heads of the platform's own chains, which belong to no organization. */
export class PlatformAudit1763780000002 implements MigrationInterface {
  readonly name = 'PlatformAudit1763780000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table audit_head drop constraint audit_head_pkey');
    await runner.query('alter table audit_head alter column organization_id drop not null');
    await runner.query(`
      alter table audit_head add constraint audit_head_chain unique nulls not distinct (organization_id, service)`);
    await runner.query(`
      insert into audit_head (organization_id, service, sequence, hash)
      select distinct on (entry->>'service')
             null, entry->>'service', (entry->>'sequence')::int, entry->>'hash'
        from audit_trail where organization_id is null
       order by entry->>'service', (entry->>'sequence')::int desc`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('delete from audit_head where organization_id is null');
    await runner.query('alter table audit_head drop constraint audit_head_chain');
    await runner.query('alter table audit_head add primary key (organization_id, service)');
  }
}
