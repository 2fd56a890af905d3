import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { Clock, LOGGER } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import { HeldClock } from './fixtures/held-clock.js';
import { IdentityService, type Person } from './fixtures/identity-service.js';

interface Line {
  readonly security?: string;
  readonly [field: string]: unknown;
}

/** By one of the two names of an account. */
const FREE_ATTEMPTS = 3;
let lines: string[] = [];
const sink = new Writable({ write: (chunk: Buffer, _, done) => (lines.push(chunk.toString()), done()) });

let identity: IdentityService;
let person: Person;
let userId: string;
beforeAll(async () => {
  const environment = { ATTEMPTS_PER_ACCOUNT: String(2 * FREE_ATTEMPTS), ACCESS_STALE_SECONDS: '1e9' };
  // Whoever has to wait does, however long the machine takes for what they tried before.
  identity = await IdentityService.start(environment, [
    [LOGGER, pino({ level: 'info' }, sink)],
    [Clock, new HeldClock()],
  ]);
});
afterAll(() => identity.close());
beforeEach(async () => {
  person = await identity.person();
  userId = String(decodeJwt(person.accessToken).sub);
  lines = [];
});

const events = (): Line[] =>
  lines.map((line) => JSON.parse(line) as Line).filter(({ security }) => security !== undefined);
const told = (expected: object[]) => eventually(() => expect(events()).toMatchObject(expected));
const refused = (route: string, status: number, code: string, more: object = {}) => ({
  ...{ security: 'refused', route, status, code, address: expect.stringMatching(/127\.0\.0\.1/) },
  ...more,
});
const wrong = (of: string | null) => ({ security: 'password wrong', userId: of });

describe('the log tells by ids', () => {
  it('of a login with a wrong password, whose it was', async () => {
    await identity.login(person.email, 'not the password');
    await told([wrong(userId), refused('/v1/auth/login', 401, 'credentials_invalid', { method: 'POST' })]);
  });

  it('of a login to an address that nobody has', async () => {
    await identity.login(`${randomUUID()}@example.com`, 'not the password');
    await told([wrong(null), refused('/v1/auth/login', 401, 'credentials_invalid')]);
  });

  it('of who tries too often', async () => {
    for (let attempt = 0; attempt < FREE_ATTEMPTS; attempt++) await identity.login(person.email, 'not the password');
    lines = [];
    expect((await identity.login(person.email, 'not the password')).status).toBe(429);
    await told([refused('/v1/auth/login', 429, 'too_many_attempts')]);
  });

  it('of a proof that failed in a session', async () => {
    const body = { password: 'not the password' };
    const answer = await identity.call('POST', '/v1/auth/step-up', { token: person.accessToken, body });
    expect(answer.status).toBe(422);
    const who = { security: 'input refused', subjectId: userId };
    await told([wrong(userId), refused('/v1/auth/step-up', 422, answer.body['code'] as string, who)]);
  });

  it('of a client that is none', async () => {
    const secret = { client_id: randomUUID(), client_secret: 'nothing' };
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...secret });
    await fetch(`${identity.service.url}/v1/oauth/token`, { method: 'POST', body });
    await told([refused('/v1/oauth/token', 401, 'invalid_client')]);
  });

  it('of who has no token, and of who may not', async () => {
    await identity.call('GET', '/v1/me');
    await identity.call('GET', '/v1/admin/user-management/users?search=somebody', { token: person.accessToken });
    const who = { subjectId: userId, sessionId: person.sessionId };
    await told([
      refused('/v1/me', 401, 'unauthenticated', { subjectId: null, sessionId: null }),
      refused('/v1/admin/user-management/users', 403, 'forbidden', who),
    ]);
  });

  it('of input that is not taken, and never what was in it', async () => {
    const body = { email: 'not an address', password: `typed-${randomUUID()}`, [randomUUID()]: randomUUID() };
    expect((await identity.call('POST', '/v1/auth/register', { body })).status).toBe(422);
    const answer = await fetch(`${identity.service.url}/v1/auth/register`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"email":' },
    });
    expect(answer.status).toBe(400);
    const input = { security: 'input refused', subjectId: null };
    await told([
      refused('/v1/auth/register', 422, 'validation_failed', input),
      refused('/v1/auth/register', 400, 'malformed_request', input),
    ]);
    for (const typed of Object.entries(body).flat()) expect(lines.join('\n')).not.toContain(typed);
  });

  it('and of nothing that was asked for in vain without being refused, nor that went well', async () => {
    await identity.call('GET', '/v1/me', { token: person.accessToken });
    await identity.call('GET', `/v1/organizations/${randomUUID()}`, { token: person.accessToken });
    expect((await identity.login(person.email, person.password)).status).toBe(200);
    expect(events()).toEqual([]);
  });

  it('and holds no address, no password, no token and no query', async () => {
    const typed = `typed-${randomUUID()}`;
    await identity.login(person.email, typed);
    await identity.call('GET', `/v1/me?canary=${typed}`, { token: `${person.accessToken}${typed}` });
    await identity.call('POST', '/v1/auth/refresh', { body: { refreshToken: typed } });
    await eventually(() => expect(events()).toHaveLength(4));
    const text = lines.join('\n');
    for (const secret of [typed, person.email, person.accessToken, person.refreshToken])
      expect(text).not.toContain(secret);
  });
});
