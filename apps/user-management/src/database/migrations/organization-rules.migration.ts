import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Organizations that are suspended or on the way out, roles and groups of their own, and what they ask of sessions. */
export class OrganizationRules1763750000004 implements MigrationInterface {
  readonly name = 'OrganizationRules1763750000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session add column second_factor boolean not null default false');
    await runner.query(`
      alter table organization
        add column suspended_for text check (suspended_for in ('administrator', 'deletion')),
        add column delete_at timestamptz,
        add column second_factor_required boolean not null default false,
        add column generation int not null default 1`);
    await runner.query(`
      create table custom_role (
        id uuid primary key,
        organization_id uuid not null references organization (id) on delete cascade,
        name text not null,
        permissions jsonb not null,
        generation int not null default 1,
        created_at timestamptz not null,
        unique (organization_id, name)
      )`);
    await runner.query('alter table membership add column role_id uuid references custom_role (id)');
    await runner.query('create index membership_role on membership (role_id) where role_id is not null');
    await runner.query(`
      create table user_group (
        id uuid primary key,
        organization_id uuid not null references organization (id) on delete cascade,
        name text not null,
        grants jsonb not null,
        generation int not null default 1,
        created_at timestamptz not null,
        unique (organization_id, name)
      )`);
    await runner.query(`
      create table user_group_member (
        group_id uuid not null references user_group (id) on delete cascade,
        user_id uuid not null references app_user (id) on delete cascade,
        primary key (group_id, user_id)
      )`);
    await runner.query('create index user_group_member_user on user_group_member (user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table user_group_member, user_group');
    // What was given by a role of one's own has no meaning without it.
    await runner.query(`delete from membership where role = 'custom'`);
    await runner.query('alter table membership drop column role_id');
    await runner.query('drop table custom_role');
    await runner.query(`
      alter table organization
        drop column suspended_for, drop column delete_at, drop column second_factor_required, drop column generation`);
    await runner.query('alter table session drop column second_factor');
  }
}
