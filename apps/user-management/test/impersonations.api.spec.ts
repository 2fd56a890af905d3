import type { AccessToken, ImpersonationView, Session } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { IdentityService, type Person } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';

const clock = new MovedClock();
let identity: IdentityService;
let admin: string;
beforeAll(async () => {
  const administrator = { BOOTSTRAP_ADMIN_EMAIL: 'root@example.com', BOOTSTRAP_ADMIN_PASSWORD: 'the first password' };
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9', ...administrator }, [[Clock, clock]]);
  admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
});
afterAll(() => identity.close());

const idOf = (token: string) => String(decodeJwt(token).sub);
const because = { reason: 'ticket 4711' };
const at = '/v1/admin/user-management';
const ask = (person: { accessToken: string }, token = admin) =>
  identity.call<ImpersonationView>('POST', `${at}/users/${idOf(person.accessToken)}/impersonations`, {
    token,
    body: because,
  });
const tokenOf = (id: string, token = admin) =>
  identity.call<AccessToken>('POST', `${at}/impersonations/${id}/token`, { token });
const consent = (person: Person, id: string) =>
  identity.call<ImpersonationView>('POST', `/v1/me/impersonations/${id}/consent`, { token: person.accessToken });
const end = (person: Person, id: string) =>
  identity.call('DELETE', `/v1/me/impersonations/${id}`, { token: person.accessToken });
const listed = async ({ accessToken: token }: Person) =>
  (await identity.call<{ items: ImpersonationView[] }>('GET', '/v1/me/impersonations', { token })).body.items;
const me = async (token: string) => (await identity.call('GET', '/v1/me', { token })).status;

/** Somebody with an organization, and an administrator who may look at it. */
async function looking(as = admin) {
  const person = await identity.person();
  const { organization, access } = await identity.organization(person.accessToken);
  const { id } = (await ask(person, as)).body;
  expect((await consent(person, id)).status).toBe(200);
  const { accessToken } = (await tokenOf(id, as)).body;
  return { person, id, organization, accessToken, headers: { 'berth-access': access } };
}

/** Another one, in a session that knows it. */
async function administratorToo(): Promise<Person> {
  const person = await identity.person();
  await identity.database.query('update app_user set administrator = true where id = $1', [idOf(person.accessToken)]);
  const { accessToken } = (await identity.login(person.email, person.password)).body;
  return { ...person, accessToken };
}

type Ending = (administrator: Person, person: Person) => Promise<{ status: number }>;

const endings: [string, Ending][] = [
  [
    'an administrator signs theirs out everywhere',
    ({ accessToken }) =>
      identity.call('POST', `${at}/users/${idOf(accessToken)}/sign-out`, { token: admin, body: because }),
  ],
  ['they sign out everywhere', ({ accessToken: token }) => identity.call('DELETE', '/v1/sessions', { token })],
  [
    'their password changes, the session that asked going on',
    ({ accessToken: token, password }) =>
      identity.call('POST', '/v1/auth/password', { token, body: { currentPassword: password, password } }),
  ],
  [
    'they log out of the session in which they look',
    ({ accessToken: token }) => identity.call('POST', '/v1/auth/logout', { token }),
  ],
  [
    'the person signs out everywhere',
    (_, { accessToken: token }) => identity.call('DELETE', '/v1/sessions', { token }),
  ],
];

describe('an administrator who wants to see what somebody sees', () => {
  it('asks with a reason; the person is written to, and nothing can be seen before a consent', async () => {
    const person = await identity.person();
    const asked = await ask(person);
    expect(asked).toMatchObject({
      status: 201,
      body: { userId: idOf(person.accessToken), administratorId: idOf(admin), state: 'asked', ...because },
    });
    expect(await tokenOf(asked.body.id)).toMatchObject({ status: 409, body: { code: 'not_consented' } });
    expect(await listed(person)).toEqual([asked.body]);
    await eventually(async () => {
      const mail = (await identity.mailTo(person.email)).join('\n');
      for (const said of ['ticket 4711', asked.body.id]) expect(mail).toContain(said);
    });
  });

  it('reads as that person after the consent', async () => {
    const { person, id, organization, accessToken, headers } = await looking();
    const read = { token: accessToken, headers };
    expect((await identity.call('GET', `/v1/organizations/${organization.id}`, read)).status).toBe(200);
    const claims = decodeJwt(accessToken);
    expect(claims).toMatchObject({ sub: idOf(person.accessToken), sid: id, act: { sub: idOf(admin) } });
    expect(claims).not.toHaveProperty('admin');
    expect(String(claims['scope']).split(' ')).not.toContain('secrets:read');
  });

  it('changes nothing, gets no session, and does nothing that takes a proof', async () => {
    const { person, organization, accessToken: token, headers } = await looking();
    const tries: [string, string, object?][] = [
      ['PATCH', `/v1/organizations/${organization.id}`, { displayName: 'mine' }],
      ['POST', '/v1/organizations', { slug: 'mine' }],
      ['POST', '/v1/api-tokens', { name: 'kept', scopes: ['*'] }],
      ['POST', '/v1/invitations', { organizationId: organization.id, email: 'a@example.com', role: 'viewer' }],
      ['PATCH', '/v1/me', { username: 'somebody-else' }],
      ['DELETE', '/v1/sessions'],
      ['GET', '/v1/me/export'],
      ['POST', '/v1/auth/logout'],
    ];
    for (const [method, path, body] of tries) {
      const options = { token, headers: { ...headers, 'if-match': '*' }, ...(body ? { body } : {}) };
      expect([path, (await identity.call(method, path, options)).status]).toEqual([path, 403]);
    }
    const sessions = await identity.call<{ items: Session[] }>('GET', '/v1/sessions', { token });
    expect(sessions.body.items.map(({ id }) => id)).toEqual([person.sessionId]);
    expect(await me(person.accessToken)).toBe(200);
  });

  it('is out when the person ends it', async () => {
    const { person, id, accessToken } = await looking();
    expect(await me(accessToken)).toBe(200);
    expect((await end(person, id)).status).toBe(204);
    await eventually(async () => expect(await me(accessToken)).toBe(401));
    expect((await tokenOf(id)).status).toBe(404);
    expect((await end(person, id)).status).toBe(404);
    expect(await me(person.accessToken)).toBe(200);
  });

  it('is out when the account is closed', async () => {
    const { person, accessToken } = await looking();
    const path = `${at}/users/${idOf(person.accessToken)}/suspend`;
    expect((await identity.call('POST', path, { token: admin, body: because })).status).toBe(204);
    await eventually(async () => expect(await me(accessToken)).toBe(401));
    expect(await ask(person)).toMatchObject({ status: 409, body: { code: 'not_to_impersonate' } });
  });

  it.each(endings)('is out when %s', async (_, endOf) => {
    const administrator = await administratorToo();
    const { person, id, accessToken } = await looking(administrator.accessToken);
    const bystander = await looking();
    expect(await me(accessToken)).toBe(200);
    expect((await endOf(administrator, person)).status).toBe(204);
    await eventually(async () => expect(await me(accessToken)).toBe(401));
    const again = (await identity.login(administrator.email, administrator.password)).body.accessToken;
    expect((await tokenOf(id, again)).status).toBe(404);
    expect(await me(bystander.accessToken)).toBe(200);
  });

  it('goes on when another session of theirs ends', async () => {
    const administrator = await administratorToo();
    const other = (await identity.login(administrator.email, administrator.password)).body.accessToken;
    const { id, accessToken } = await looking(administrator.accessToken);
    expect((await identity.call('POST', '/v1/auth/logout', { token: other })).status).toBe(204);
    expect((await tokenOf(id, administrator.accessToken)).status).toBe(200);
    expect(await me(accessToken)).toBe(200);
  });

  it('leaves no token that outlives their session where the hour was over meanwhile', async () => {
    const administrator = await administratorToo();
    const { id, accessToken } = await looking(administrator.accessToken);
    await identity.database.query('update impersonation set expires_at = created_at where id = $1', [id]);
    expect((await ask(await identity.person())).status).toBe(201);
    expect(await me(accessToken)).toBe(200);
    expect((await identity.call('POST', '/v1/auth/logout', { token: administrator.accessToken })).status).toBe(204);
    await eventually(async () => expect(await me(accessToken)).toBe(401));
  });

  it('is given no token in a session that ends in the same moment', async () => {
    const administrator = await administratorToo();
    const { id } = await looking(administrator.accessToken);
    const session = decodeJwt(administrator.accessToken).sid;
    const answer = await identity.database.transaction(async (tx) => {
      await tx.query('update session set revoked_at = now() where id = $1', [session]);
      const asked = tokenOf(id, administrator.accessToken);
      await eventually(async () => {
        const waiting = await identity.database.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and query like '%from session where id = $1%for share'`,
        );
        expect(waiting).toHaveLength(1);
      });
      return { asked };
    });
    expect((await answer.asked).status).toBe(401);
  });

  const ways: [string, (person: Person) => Promise<{ status: number }>][] = [
    ['they sign out', ({ accessToken: token }) => identity.call('DELETE', '/v1/sessions', { token })],
    [
      'their second factor is reset',
      ({ accessToken }) =>
        identity.call('POST', `${at}/users/${idOf(accessToken)}/reset-second-factor`, { token: admin, body: because }),
    ],
  ];

  it.each(ways)('while %s, whoever looks or logs out is waited for, and writes that down first', async (_, endOf) => {
    for (const rows of ['impersonation', 'session'] as const) {
      const { person, id } = await looking();
      const held = `${rows} where id = '${rows === 'session' ? person.sessionId : id}'`;
      const ended = await identity.database.transaction(async (tx) => {
        await tx.query(`select from ${held} for update`);
        const answer = endOf(person);
        await identity.waitingForLocks(1);
        await tx.query(`select from audit_chain where key = 'platform' for update`);
        return { answer };
      });
      expect((await ended.answer).status).toBe(204);
    }
  });

  it('is nobody else, and looks neither as themselves nor as another administrator', async () => {
    const [person, stranger] = [await identity.person(), await identity.person()];
    const { id } = (await ask(person)).body;
    expect((await consent(stranger, id)).status).toBe(404);
    expect((await end(stranger, id)).status).toBe(404);
    expect((await consent(person, id)).status).toBe(200);
    expect((await consent(person, id)).status).toBe(404);
    expect((await tokenOf(id, stranger.accessToken)).status).toBe(403);
    expect((await ask(person, stranger.accessToken)).status).toBe(403);
    expect(await ask({ accessToken: admin })).toMatchObject({ body: { code: 'not_to_impersonate' } });
    await identity.database.query('update app_user set administrator = true where id = $1', [
      idOf(stranger.accessToken),
    ]);
    expect(await ask(stranger)).toMatchObject({ body: { code: 'not_to_impersonate' } });
    const { accessToken: other } = (await identity.login(stranger.email, stranger.password)).body;
    expect((await tokenOf(id, other)).status).toBe(404); // another administrator asked
  });

  it('leaves a trace of each step: who asked why, who consented, every look, and its end', async () => {
    const { person, id } = await looking();
    await tokenOf(id);
    await end(person, id);
    const trace = await identity.database.query<{ action: string; actor: { id: string }; detail: object }>(
      `select action, actor, detail - 'request' as detail from audit_entry where target->>'id' = $1 order by sequence`,
      [id],
    );
    const [hers, his] = [idOf(admin), idOf(person.accessToken)];
    expect(trace.map(({ action, actor }) => [action, actor.id])).toEqual([
      ['impersonations:ask', hers],
      ['impersonations:consent', his],
      ['impersonations:look', hers],
      ['impersonations:look', hers],
      ['impersonations:end', his],
    ]);
    expect(trace[0]?.detail).toEqual({ userId: his, ...because });
  });

  // The last one: it moves the clock for all.
  it('may look for an hour, and not a second longer', async () => {
    const { id } = await looking();
    clock.forward(3_601_000);
    const later = (await identity.login('root@example.com', 'the first password')).body.accessToken;
    expect((await tokenOf(id, later)).status).toBe(404);
  });
});
