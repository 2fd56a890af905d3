import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Roles and groups that organizations define themselves, and what holds for an organization as a whole. */
export class AccessRules1763750000304 implements MigrationInterface {
  readonly name = 'AccessRules1763750000304';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table access_organization
        add column suspended boolean not null default false,
        add column second_factor_required boolean not null default false`);
    await runner.query('alter table access_membership add column role_id uuid');
    await runner.query(`
      create table access_role (
        organization_id uuid not null,
        role_id uuid not null,
        permissions text[] not null,
        primary key (organization_id, role_id)
      )`);
    await runner.query(`
      create table access_group_member (
        organization_id uuid not null,
        subject_id uuid not null,
        group_id uuid not null,
        primary key (organization_id, subject_id, group_id)
      )`);
    await runner.query('create index access_group_member_subject on access_group_member (subject_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table access_group_member, access_role');
    await runner.query('alter table access_membership drop column role_id');
    await runner.query('alter table access_organization drop column suspended, drop column second_factor_required');
  }
}
