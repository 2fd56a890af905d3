import { randomUUID } from 'node:crypto';
import type { AddedPasskey, AdministeredUser, Organization } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { SoftwareAuthenticator } from './fixtures/software-authenticator.js';

let identity: IdentityService;
let admin: string;
beforeAll(async () => {
  identity = await IdentityService.start({
    PASSKEY_ORIGINS: 'http://localhost:4000',
    BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
  });
  admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
});
afterAll(() => identity.close());

const at = '/v1/admin/user-management';
const call = <Body = Record<string, unknown>>(method: string, path: string, body?: unknown, token = admin) =>
  identity.call<Body>(method, `${at}${path}`, { token, body });
const because = { reason: 'ticket 4711' };

async function found(email: string): Promise<AdministeredUser> {
  const { body } = await call<{ items: AdministeredUser[] }>('GET', `/users?search=${encodeURIComponent(email)}`);
  const [user] = body.items;
  if (!user) throw new Error(`${email} was not found`);
  return user;
}

const recorded = async (action: string, id: string) =>
  identity.database.query<{ actor: { id: string }; detail: Record<string, unknown> }>(
    `select actor, detail - 'request' as detail from audit_entry where action = $1 and target->>'id' = $2 order by sequence`,
    [action, id],
  );

async function addPasskey({ accessToken: token }: Person): Promise<void> {
  const made = await identity.call<{ challenge: string }>('POST', '/v1/auth/passkeys/options', { token });
  const body = { name: 'Phone', credential: new SoftwareAuthenticator().create(made.body) };
  expect((await identity.call<AddedPasskey>('POST', '/v1/auth/passkeys', { token, body })).status).toBe(201);
}

describe('administrators of the platform', () => {
  it('find people by how their address begins, in order, page by page', async () => {
    const mark = `s${randomUUID().slice(0, 8)}`;
    for (const name of ['c', 'a', 'b']) await identity.person(`${mark}_${name}@example.com`);
    await identity.person(`${mark}x@example.com`);
    const emails = async (search: string, more = '') => {
      const { body } = await call<{ items: AdministeredUser[]; next: string | null }>(
        'GET',
        `/users?search=${encodeURIComponent(search)}${more}`,
      );
      return { emails: body.items.map(({ email }) => email), next: body.next };
    };
    const all = ['a', 'b', 'c'].map((name) => `${mark}_${name}@example.com`);
    expect((await emails(`${mark}_`)).emails).toEqual(all);
    const first = await emails(`${mark}_`, '&limit=2');
    expect(first.emails).toEqual(all.slice(0, 2));
    expect(await emails(`${mark}_`, `&limit=2&cursor=${first.next}`)).toEqual({ emails: all.slice(2), next: null });
    expect((await emails(`%${mark}`)).emails).toEqual([]);
  });

  it('suspend somebody, who is out at once and cannot come back, and take that back', async () => {
    const person = await identity.person();
    const { id } = await found(person.email);
    expect((await call('POST', `/users/${id}/suspend`, because)).status).toBe(204);
    expect(await call('POST', `/users/${id}/suspend`, because)).toMatchObject({ status: 409 });
    await eventually(async () =>
      expect((await identity.call('GET', '/v1/me', { token: person.accessToken })).status).toBe(401),
    );
    expect(await identity.login(person.email, goodPassword)).toMatchObject({
      status: 403,
      body: { code: 'user_suspended' },
    });
    expect((await identity.login(person.email, 'not the password')).status).toBe(401);
    expect(await found(person.email)).toMatchObject({ state: 'suspended' });
    expect((await call('POST', `/users/${id}/resume`, because)).status).toBe(204);
    expect((await identity.login(person.email, goodPassword)).status).toBe(200);
    const [act] = await recorded('users:deactivate', id);
    expect(act?.detail).toMatchObject({ reason: 'ticket 4711' });
    await eventually(async () => {
      const mails = (await identity.mailTo(person.email)).join('\n');
      for (const said of ['is suspended', 'can be used again']) expect(mails).toContain(said);
    });
  });

  it('sign somebody out everywhere, who may log in again', async () => {
    const person = await identity.person();
    const again = (await identity.login(person.email, goodPassword)).body;
    const { id } = await found(person.email);
    expect((await call('POST', `/users/${id}/sign-out`, {})).status).toBe(422);
    expect((await call('POST', `/users/${id}/sign-out`, because, again.accessToken)).status).toBe(403);
    expect((await call('POST', `/users/${id}/sign-out`, because)).status).toBe(204);
    for (const { accessToken, refreshToken } of [person, again]) {
      expect((await identity.call('POST', '/v1/auth/refresh', { body: { refreshToken } })).status).toBe(401);
      await eventually(async () =>
        expect((await identity.call('GET', '/v1/me', { token: accessToken })).status).toBe(401),
      );
    }
    expect((await identity.login(person.email, goodPassword)).status).toBe(200);
    const ended = await identity.database.query(
      `select from audit_entry where action = 'sessions:revoke' and detail->>'userId' = $1 and detail->>'reason' = $2`,
      [id, because.reason],
    );
    expect(ended).toHaveLength(2);
  });

  it('have said why they signed somebody out, also when nobody was in', async () => {
    const person = await identity.person();
    const { id } = await found(person.email);
    for (const _ of ['in', 'out already'])
      expect((await call('POST', `/users/${id}/sign-out`, because)).status).toBe(204);
    const acts = await identity.database.query(
      `select detail - 'request' as detail from audit_entry where action = 'users:sign-out' and target->>'id' = $1 order by sequence`,
      [id],
    );
    expect(acts).toEqual([{ detail: because }, { detail: because }]);
  });

  it('do not stop an erasure by a suspension', async () => {
    const person = await identity.person();
    const { id } = await found(person.email);
    expect((await identity.call('POST', '/v1/me/deletion', { token: person.accessToken })).status).toBe(202);
    await call('POST', `/users/${id}/suspend`, because);
    expect((await found(person.email)).eraseAt).not.toBeNull();
    await call('POST', `/users/${id}/resume`, because);
    expect(await found(person.email)).toMatchObject({ state: 'deactivated', eraseAt: expect.any(String) });
  });

  it('reset the second factors of somebody who lost them, with a reason; every session ends', async () => {
    const person = await identity.person();
    const { id } = await found(person.email);
    await addPasskey(person);
    expect(await found(person.email)).toMatchObject({ secondFactor: true });
    expect((await call('POST', `/users/${id}/reset-second-factor`, {})).status).toBe(422);
    expect((await call('POST', `/users/${id}/reset-second-factor`, because)).status).toBe(204);
    expect((await identity.login(person.email, goodPassword)).status).toBe(200);
    const refreshed = await identity.call('POST', '/v1/auth/refresh', { body: { refreshToken: person.refreshToken } });
    expect(refreshed.status).toBe(401);
    expect(await found(person.email)).toMatchObject({ secondFactor: false });
    expect((await recorded('users:reset-second-factor', id))[0]?.detail).toEqual(because);
    await eventually(async () =>
      expect((await identity.mailTo(person.email)).join()).toContain('An administrator removed all authenticators'),
    );
  });

  it('take factors away, after which somebody proves what was asked at the first one: the password, at login and again', async () => {
    const person = await identity.person();
    const { id } = await found(person.email);
    const begin = (token: string, password: string) =>
      identity.call('POST', '/v1/auth/totp', { token, body: { password } });
    expect((await begin(person.accessToken, 'not the password')).status).toBe(422);
    await addPasskey(person);
    expect((await call('POST', `/users/${id}/reset-second-factor`, because)).status).toBe(204);
    await eventually(async () => expect((await begin(person.accessToken, goodPassword)).status).toBe(401));
    expect((await identity.login(person.email, 'not the password')).status).toBe(401);
    const { accessToken } = (await identity.login(person.email, goodPassword)).body;
    expect((await begin(accessToken, 'not the password')).status).toBe(422);
    expect((await begin(accessToken, goodPassword)).status).toBe(201);
  });

  it('do nothing of that to themselves, nor to nobody', async () => {
    const { id } = await found('root@example.com');
    for (const act of ['suspend', 'reset-second-factor', 'sign-out']) {
      expect(await call('POST', `/users/${id}/${act}`, because)).toMatchObject({ body: { code: 'not_yourself' } });
      expect((await call('POST', `/users/${randomUUID()}/${act}`, because)).status).toBe(404);
    }
  });

  it('find organizations and suspend them; their members read only, until that is taken back', async () => {
    const owner = await identity.person();
    const { organization, access } = await identity.organization(owner.accessToken);
    const { body } = await call<{ items: Organization[] }>('GET', `/organizations?search=${organization.slug}`);
    expect(body.items).toMatchObject([{ id: organization.id, status: 'active' }]);
    const rename = () =>
      identity.call('PATCH', `/v1/organizations/${organization.id}`, {
        token: owner.accessToken,
        body: { displayName: 'x' },
        headers: { 'if-match': '*', 'berth-access': access },
      });
    expect((await rename()).status).toBe(200);
    expect((await call('POST', `/organizations/${organization.id}/suspend`, because)).status).toBe(204);
    expect((await call('POST', `/organizations/${organization.id}/suspend`, because)).status).toBe(409);
    await eventually(async () => expect((await rename()).status).toBe(403));
    expect((await call('POST', `/organizations/${organization.id}/resume`, because)).status).toBe(204);
    expect((await call('POST', `/organizations/${organization.id}/resume`, because)).status).toBe(409);
    await eventually(async () => expect((await rename()).status).toBe(200));
    expect((await recorded('organizations:suspend', organization.id))[0]?.detail).toEqual({
      ...{ ...because, before: { suspendedFor: null }, after: { suspendedFor: 'administrator' } },
    });
  });

  it('say who may sign up, from now on and on every replica', async () => {
    const register = (email: string) =>
      identity.call('POST', '/v1/auth/register', { body: { email, password: goodPassword } });
    expect((await call('GET', '/sign-up-policy')).body).toEqual({ mode: 'open', domains: [] });
    const only = { mode: 'open', domains: ['Example.ORG '] };
    expect((await call('PUT', '/sign-up-policy', only)).body).toEqual({ mode: 'open', domains: ['example.org'] });
    expect([(await register('a@example.org')).status, (await register('a@example.com')).status]).toEqual([202, 403]);
    expect((await call('PUT', '/sign-up-policy', { mode: 'closed', domains: [] })).status).toBe(200);
    expect(await register('b@example.org')).toMatchObject({ status: 403, body: { code: 'sign_up_closed' } });
    expect((await call('PUT', '/sign-up-policy', { mode: 'open', domains: ['no domain'] })).status).toBe(422);
    expect((await call('PUT', '/sign-up-policy', { mode: 'open', domains: [] })).status).toBe(200);
  });
});

it('rotate signing keys and set quotas in a session that was proven a short while ago, and in no other', async () => {
  const { body: session } = await identity.login('root@example.com', 'the first password');
  const { organization, access } = await identity.organization((await identity.person()).accessToken);
  const path = `/v1/quotas/${organization.id}`;
  const options = { token: session.accessToken, headers: { 'berth-access': access } };
  const { body } = await identity.call('GET', path, options);
  const age = (minutes: number) =>
    identity.database.query(`update session set proven_at = now() - $2 * interval '1 minute' where id = $1`, [
      session.sessionId,
      minutes,
    ]);
  await age(16);
  const tooOld = { status: 403, body: { code: 'step_up_required' } };
  expect(await identity.call('PUT', path, { ...options, body })).toMatchObject(tooOld);
  expect(await call('POST', '/signing-keys', undefined, session.accessToken)).toMatchObject(tooOld);
  await age(14);
  expect((await identity.call('PUT', path, { ...options, body })).status).toBe(200);
  expect((await call('POST', '/signing-keys', undefined, session.accessToken)).status).toBe(201);
});

it('nobody else does any of it', async () => {
  const person: Person = await identity.person();
  const { id } = await found(person.email);
  const tries: [string, string, object?][] = [
    ['GET', '/users'],
    ['POST', `/users/${id}/suspend`, because],
    ['POST', `/users/${id}/resume`, because],
    ['POST', `/users/${id}/reset-second-factor`, because],
    ['GET', '/organizations'],
    ['POST', `/organizations/${id}/suspend`, because],
    ['POST', `/organizations/${id}/resume`, because],
    ['GET', '/sign-up-policy'],
    ['PUT', '/sign-up-policy', { mode: 'open', domains: [] }],
  ];
  const answers = await Promise.all(
    tries.map(async ([method, path, body]) => (await call(method, path, body, person.accessToken)).status),
  );
  expect(answers).toEqual(tries.map(() => 403));
});
