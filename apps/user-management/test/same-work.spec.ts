import { randomUUID } from 'node:crypto';
import { statementsIn } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HashThreads } from '../src/passwords/hash-threads.js';
import { IdentityService, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
let person: Person;
beforeAll(async () => {
  identity = await IdentityService.start({ LOG_LEVEL: 'silent' });
  person = await identity.person();
});
afterAll(() => identity.close());

/** What is asked of people, sessions and attempts, which nothing asks in the background. */
const meant = /\b(app_user|username|session|refresh_token|throttle)\b/;
const asked = async (work: () => Promise<unknown>) =>
  (await statementsIn(work)).map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => meant.test(text));

/** Statements, and costs of hashes, of a login that is refused. */
async function workOf(names: object) {
  const hashes = jest.spyOn(identity.service.app.get(HashThreads, { strict: false }), 'run');
  const body = { ...names, password: 'not the password of anybody' };
  const login = () => identity.call('POST', '/v1/auth/login', { body });
  const statements = await asked(async () => expect(await login()).toMatchObject({ status: 401 }));
  const costs = hashes.mock.calls.map(([{ against }]) => String(against).slice(0, '$2b$04$'.length));
  hashes.mockRestore();
  return { statements, costs };
}

describe('a login that is refused', () => {
  it.each([
    ['address', () => ({ email: person.email }), () => ({ email: `${randomUUID()}@example.com` })],
    ['username', async () => ({ username: await usernameOf() }), () => ({ username: `n${randomUUID().slice(0, 8)}` })],
  ])('is the same work whether somebody has that %s: statements, one hash, its cost', async (_, known, unknown) => {
    await workOf(unknown()); // what an unknown one is compared with is made once
    const [ofSomebody, ofNobody] = [await workOf(await known()), await workOf(unknown())];
    expect(ofSomebody.costs).toEqual([expect.stringMatching(/^\$2[ab]\$04\$$/)]);
    expect(ofSomebody.statements.join('\n')).toContain('from app_user');
    expect(ofNobody).toEqual(ofSomebody);
  });
});

it('a refresh is four statements: the session, the token, its exchange, the person', async () => {
  const refresh = () => identity.call('POST', '/v1/auth/refresh', { body: { refreshToken: person.refreshToken } });
  const statements = await asked(async () => expect(await refresh()).toMatchObject({ status: 200 }));
  expect(statements.map((text) => text.split(' ', 1)[0])).toEqual(['select', 'select', 'with', 'select']);
});

async function usernameOf(): Promise<string> {
  const { body } = await identity.call('GET', '/v1/me', { token: person.accessToken });
  return String(body['username']);
}
