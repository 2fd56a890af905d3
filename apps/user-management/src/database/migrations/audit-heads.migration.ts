import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The last link of each chain apart from its entries, and entries in the order of their chain. */
export class AuditHeads1763760000002 implements MigrationInterface {
  readonly name = 'AuditHeads1763760000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index audit_trail_chain on audit_trail
        (organization_id, (entry->>'service'), ((entry->>'sequence')::int))`);
    await runner.query(`
      create table audit_head (
        organization_id uuid not null,
        service text not null,
        sequence int not null,
        hash text not null,
        primary key (organization_id, service)
      )`);
    await runner.query(`
      insert into audit_head (organization_id, service, sequence, hash)
      select distinct on (organization_id, entry->>'service')
             organization_id, entry->>'service', (entry->>'sequence')::int, entry->>'hash'
        from audit_trail where organization_id is not null
       order by organization_id, entry->>'service', (entry->>'sequence')::int desc`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_head');
    await runner.query('drop index audit_trail_chain');
  }
}
