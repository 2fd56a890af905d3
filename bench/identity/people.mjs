// People who are there without having registered: their rows, as the service would have written them.
import { randomUUID } from 'node:crypto';
import { hash } from 'bcrypt';
import { SessionStarter } from '../../apps/user-management/dist/sessions/session-starter.js';
import { TokenIssuer } from '../../apps/user-management/dist/sessions/token-issuer.js';

export const PASSWORD = 'a password that all of them have';

/** So many people, called `person-0@bench.example` and so on; answers their ids. */
export async function makePeople({ database }, count, cost) {
  const passwordHash = await hash(PASSWORD, cost);
  const rows = await database.query(
    `insert into app_user (id, email, password_hash, created_at)
     select gen_random_uuid(), format('person-%s@bench.example', number), $2, now()
       from generate_series(0, $1::int - 1) number returning id, email`,
    [count, passwordHash],
  );
  await database.query(
    `insert into username (name, user_id) select split_part(email, '@', 1), id from app_user
      where id = any($1::uuid[])`,
    [rows.map(({ id }) => id)],
  );
  const numberOf = ({ email }) => Number(/\d+/.exec(email)[0]);
  return rows.sort((one, other) => numberOf(one) - numberOf(other)).map(({ id }) => id);
}

export const emailOf = (number) => `person-${number}@bench.example`;

/** Begins a session as a login does; answers its tokens. */
export async function beginSession({ app, database }, userId) {
  const starter = app.get(SessionStarter, { strict: false });
  const started = await database.transaction((tx) =>
    starter.start(tx, userId, { address: '127.0.0.1', userAgent: null }, false),
  );
  const { refreshToken, ...session } = started;
  const issuer = app.get(TokenIssuer, { strict: false });
  return issuer.issue({ ...session, userId, administrator: false }, refreshToken);
}

/** An organization in which all of them are members, the first one its owner; answers its id. */
export async function makeOrganization({ database }, slug, people) {
  const id = randomUUID();
  const quota = { projects: 10, environments: 10, apps: 10, cpuMillicores: 1_000, memoryMib: 1_000, buildsAtOnce: 1 };
  const row = [id, slug, JSON.stringify(quota)];
  await database.query('insert into organization (id, slug, quota, created_at) values ($1, $2, $3, now())', row);
  await database.query('insert into access_organization (organization_id, epoch, version) values ($1, 0, 1)', [id]);
  await database.query(
    `with person as (select user_id, number from unnest($2::uuid[]) with ordinality as given (user_id, number)),
          copied as (
            insert into access_membership (organization_id, subject_id, scope_kind, scope_id, role)
            select $1, user_id, 'organization', $1, case number when 1 then 'owner' else 'viewer' end from person)
     insert into membership (id, organization_id, user_id, scope_kind, scope_id, role, created_at)
     select gen_random_uuid(), $1, user_id, 'organization', $1,
            case number when 1 then 'owner' else 'viewer' end, now() from person`,
    [id, people],
  );
  return id;
}
