import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { decodeJwt } from 'jose';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
let admin: string;
beforeAll(async () => {
  identity = await IdentityService.start({
    BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
  });
  admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
});
afterAll(() => identity.close());

const post = (path: string, token: string, body?: unknown) => identity.call('POST', path, { token, body });
const idOf = ({ accessToken }: Person) => String(decodeJwt(accessToken).sub);
const me = async ({ accessToken }: Person) => (await identity.call('GET', '/v1/me', { token: accessToken })).status;
const stateOf = async (person: Person) =>
  (await identity.database.query<{ state: string }>('select state from app_user where id = $1', [idOf(person)]))[0]
    ?.state;

/** Somebody whom an administrator suspended; that the session ended has come to no ear yet. */
async function suspendedUnheard(): Promise<Person> {
  const person = await identity.person();
  const path = `/v1/admin/user-management/users/${idOf(person)}/suspend`;
  expect((await post(path, admin, { reason: 'abuse' })).status).toBe(204);
  await eventually(async () => expect(await me(person)).toBe(401));
  await identity.database.query('delete from access_revoked_session where session_id = $1', [person.sessionId]);
  await eventually(async () => expect(await me(person)).toBe(200));
  return person;
}

/** What `act` answers when `work` is committed after it was admitted, and before it holds the person's account. */
async function overtaken(person: Person, act: () => ReturnType<typeof post>, work: string) {
  const { answer } = await identity.database.transaction(async (tx) => {
    await tx.query('select from app_user where id = $1 for update', [idOf(person)]);
    const under = act();
    await identity.waitingForLocks(1);
    await tx.query(work, [idOf(person)]);
    return { answer: under };
  });
  return answer;
}

describe('a session that was ended, before every service has heard of it', () => {
  it('does nothing dangerous', async () => {
    const person = await suspendedUnheard();
    for (const [path, body] of [
      ['/v1/me/deactivation', undefined],
      ['/v1/me/email', { email: 'other@example.com' }],
      ['/v1/api-tokens', { name: 'kept', scopes: ['*'] }],
    ] as const)
      expect(await post(path, person.accessToken, body)).toMatchObject({ body: { code: 'step_up_required' } });
    expect(await stateOf(person)).toBe('suspended');
    expect(await identity.login(person.email, goodPassword)).toMatchObject({ body: { code: 'user_suspended' } });
  });

  it('cannot be proven anew', async () => {
    const person = await suspendedUnheard();
    const proof = await post('/v1/auth/step-up', person.accessToken, { password: goodPassword });
    expect(proof).toMatchObject({ body: { code: 'step_up_refused' } });
  });

  it('changes no username that was asked for a moment before', async () => {
    const person = await identity.person();
    const headers = { 'if-match': '*' };
    const body = { username: `n${randomUUID().slice(0, 18)}` };
    const rename = () => identity.call('PATCH', '/v1/me', { token: person.accessToken, headers, body });
    const ended = 'update session set revoked_at = now() where user_id = $1';
    expect(await overtaken(person, rename, ended)).toMatchObject({ body: { code: 'step_up_required' } });
  });

  it('leaves no API token behind that was asked for a moment before', async () => {
    const person = await identity.person();
    const create = () => post('/v1/api-tokens', person.accessToken, { name: 'kept', scopes: ['*'] });
    const ended = 'update session set revoked_at = now() where user_id = $1';
    expect(await overtaken(person, create, ended)).toMatchObject({ body: { code: 'step_up_required' } });
  });
});

it('a suspension is not ended by leaving, however close the two come', async () => {
  const person = await identity.person();
  const leave = () => post('/v1/me/deactivation', person.accessToken);
  const suspended = `update app_user set state = 'suspended' where id = $1`;
  expect(await overtaken(person, leave, suspended)).toMatchObject({ status: 403, body: { code: 'user_suspended' } });
  expect(await stateOf(person)).toBe('suspended');
});

it('an API token is worth nothing while its person may not come in', async () => {
  const person = await identity.person();
  const made = await post('/v1/api-tokens', person.accessToken, { name: 'ci', scopes: ['*'] });
  const exchange = async () =>
    (await identity.call('POST', '/v1/auth/token', { body: { apiToken: made.body['token'] } })).status;
  expect(await exchange()).toBe(200);
  const set = (state: string) =>
    identity.database.query('update app_user set state = $2 where id = $1', [idOf(person), state]);
  await set('suspended');
  expect(await exchange()).toBe(401);
  await set('active');
  expect(await exchange()).toBe(200);
});

it('an API token makes no other one, which would outlive it', async () => {
  const person = await identity.person();
  const made = await post('/v1/api-tokens', person.accessToken, { name: 'ci', scopes: ['*'], expiresInDays: 1 });
  const { body } = await identity.call('POST', '/v1/auth/token', { body: { apiToken: made.body['token'] } });
  const more = { name: 'for ever', scopes: ['*'], expiresInDays: 365 };
  expect(await post('/v1/api-tokens', String(body['accessToken']), more)).toMatchObject({
    status: 403,
    body: { code: 'step_up_required' },
  });
});
