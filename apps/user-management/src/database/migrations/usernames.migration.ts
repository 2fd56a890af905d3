import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One name on the platform for each person; those who are there get one made from their address, the eldest first. */
export class Usernames1763800000001 implements MigrationInterface {
  readonly name = 'Usernames1763800000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table username (
        name text collate "C" primary key,
        user_id uuid not null references app_user on delete cascade,
        free_at timestamptz
      )`);
    await runner.query('create unique index username_present on username (user_id) where free_at is null');
    await runner.query('create index username_of_user on username (user_id)');
    await runner.query('create index username_free_at on username (free_at) where free_at is not null');
    await runner.query('alter table registration add column username text');
    await runner.query(nameEverybody);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table registration drop column username');
    await runner.query('drop table username');
  }
}

const nameEverybody = `
  do $$
  declare
    person record;
    stem text;
    number int;
  begin
    for person in select id, email from app_user order by created_at, id loop
      stem := regexp_replace(lower(split_part(split_part(person.email, '@', 1), '+', 1)), '[^a-z0-9._-]+', '-', 'g');
      stem := btrim(left(btrim(stem, '._-'), 30), '._-');
      if length(stem) < 2 then stem := 'person'; end if;
      number := case when stem in ('person', 'abuse', 'admin', 'administrator', 'anonymous', 'api', 'auth', 'berth', 'billing',
        'console', 'deleted', 'everybody', 'everyone', 'help', 'hostmaster', 'info', 'localhost', 'login', 'logout', 'mail',
        'me', 'moderator', 'noreply', 'no-reply', 'null', 'oauth', 'official', 'operator', 'owner', 'platform', 'postmaster',
        'register', 'root', 'security', 'self', 'service', 'staff', 'status', 'support', 'sysadmin', 'system', 'undefined',
        'user', 'users', 'webmaster', 'www') then 2 else 1 end;
      loop
        insert into username (name, user_id)
        values (case number when 1 then stem else stem || number end, person.id) on conflict (name) do nothing;
        exit when found;
        number := number + 1;
      end loop;
    end loop;
  end $$`;
