import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Before the former indexes are back: that version knows whole hosts only. */
const forget = `delete from domain where path <> '/'`;

/** Workloads of one environment share a host by what paths begin with. */
export class DomainPaths1763800000480 implements MigrationInterface {
  readonly name = 'DomainPaths1763800000480';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table domain add column path text not null default '/'`);
    await this.index(runner, 'host, path');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(forget);
    await this.index(runner, 'host');
    await runner.query('alter table domain drop column path');
  }

  private async index(runner: QueryRunner, what: string): Promise<void> {
    await runner.query('drop index domain_holder, domain_claim');
    await runner.query(`create unique index domain_holder on domain (${what}) where verified_at is not null`);
    await runner.query(
      `create unique index domain_claim on domain (organization_id, ${what}) where deleted_at is null`,
    );
  }
}
