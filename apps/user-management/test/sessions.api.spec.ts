import { randomUUID } from 'node:crypto';
import type { Session, Tokens } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { RefreshFamily } from '../src/sessions/refresh-family.js';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';

/** Real time, which a test may move forward. */
class MovedClock extends Clock {
  forward = 0;
  override now(): Date {
    return new Date(Date.now() + this.forward);
  }
}

describe('sessions', () => {
  let identity: IdentityService;
  const clock = new MovedClock();
  beforeAll(async () => {
    identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9' }, [[Clock, clock]]);
  });
  afterAll(() => identity.close());

  const refresh = (refreshToken: string) =>
    identity.call<Tokens>('POST', '/v1/auth/refresh', { body: { refreshToken } });
  const me = async (token: string) => (await identity.call('GET', '/v1/me', { token })).status;
  const unusableSoon = (token: string) => eventually(async () => expect(await me(token)).toBe(401));

  it('a login answers an access token that says who and which session, and no role', async () => {
    const person = await identity.person();
    const claims = decodeJwt(person.accessToken);
    expect(decodeProtectedHeader(person.accessToken)).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    expect(claims).toMatchObject({ iss: 'berth', aud: 'berth', sid: person.sessionId, scope: '*' });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(600);
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'scope', 'sid', 'sub']);
    expect(Buffer.from(person.refreshToken, 'base64url')).toHaveLength(32);
  });

  it('answers a wrong password and an unknown address alike, in body and in time', async () => {
    const times = { wrong: [] as number[], unknown: [] as number[] };
    // A hash that takes long enough to be seen beside everything else.
    await IdentityService.during({ PASSWORD_COST: '10', ATTEMPTS_PER_ACCOUNT: '1000' }, async (slow) => {
      const { email } = await slow.person();
      for (let i = 0; i < 40; i++) {
        const kind = i % 2 === 0 ? 'wrong' : 'unknown';
        const before = process.cpuUsage();
        const answer = await slow.login(kind === 'wrong' ? email : `${randomUUID()}@example.com`, 'not the password');
        const { user, system } = process.cpuUsage(before);
        times[kind].push(user + system);
        expect(answer).toMatchObject({ status: 401, body: { code: 'credentials_invalid' } });
        expect(answer.body).not.toHaveProperty('errors');
      }
    });
    // What the process worked, not how long it took: others may have the machine. The least of each, for it does more.
    const ratio = Math.min(...times.unknown) / Math.min(...times.wrong);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
  });

  it('is never cached', async () => {
    const { email } = await identity.person();
    expect((await identity.login(email, goodPassword)).headers.get('cache-control')).toBe('no-store');
  });

  it('a refresh answers new tokens of the same session', async () => {
    const person = await identity.person();
    const { status, body } = await refresh(person.refreshToken);
    expect(status).toBe(200);
    expect(body.sessionId).toBe(person.sessionId);
    expect(body.refreshToken).not.toBe(person.refreshToken);
    expect(await me(body.accessToken)).toBe(200);
    expect((await refresh(body.refreshToken)).status).toBe(200);
  });

  it('an honest retry within 10 s gets the same successor, and both are one', async () => {
    const person = await identity.person();
    const [first, retry] = [await refresh(person.refreshToken), await refresh(person.refreshToken)];
    expect(retry.body.refreshToken).toBe(first.body.refreshToken);
    expect((await refresh(retry.body.refreshToken)).status).toBe(200);
  });

  it('two refreshes at once get the same successor', async () => {
    const person = await identity.person();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(person.refreshToken)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.body.refreshToken)).size).toBe(1);
    expect(await me(person.accessToken)).toBe(200);
  });

  it('two refreshes take turns in the database, so that the second sees what the first did', async () => {
    const person = await identity.person();
    const family = identity.service.app.get(RefreshFamily, { strict: false });
    const { first, second } = await identity.database.transaction(async (tx) => {
      const continued = await family.continue(tx, person.refreshToken);
      const meanwhile = identity.database.transaction((other) => family.continue(other, person.refreshToken));
      await identity.waitingForLocks(1);
      return { first: continued, second: meanwhile };
    });
    expect(first?.successor).toEqual(expect.any(String));
    expect(await second).toEqual(first);
  });

  it('a refresh token used again after its successor was used ends the session for everybody', async () => {
    const person = await identity.person();
    const second = (await refresh(person.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    expect(await refresh(person.refreshToken)).toMatchObject({ status: 401, body: { code: 'refresh_invalid' } });
    expect((await refresh(third.refreshToken)).status).toBe(401);
    await unusableSoon(third.accessToken);
    const [entry] = await identity.database.query(
      `select from audit_entry where action = 'sessions:revoke' and target->>'id' = $1 and detail->>'reason' like '%twice%'`,
      [person.sessionId],
    );
    expect(entry).toBeDefined();
  });

  it('a refresh token used again after 10 s ends the session, even when its successor was never used', async () => {
    const person = await identity.person();
    const second = (await refresh(person.refreshToken)).body;
    clock.forward += 11_000;
    expect((await refresh(person.refreshToken)).status).toBe(401);
    expect((await refresh(second.refreshToken)).status).toBe(401);
  });

  it('ends after its time, however often it was refreshed', async () => {
    let { refreshToken } = await identity.person();
    for (const day of [6, 12, 18, 24, 29]) {
      clock.forward += (day === 29 ? 5 : 6) * 86_400_000;
      const next = await refresh(refreshToken);
      expect({ day, status: next.status }).toEqual({ day, status: 200 });
      ({ refreshToken } = next.body);
    }
    clock.forward += 2 * 86_400_000;
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it('ends when nobody uses it for a week, and is listed no more', async () => {
    const person = await identity.person();
    const listed = async (token: string) =>
      (await identity.call<{ items: Session[] }>('GET', '/v1/sessions', { token })).body.items.map(({ id }) => id);
    clock.forward += 6 * 86_400_000;
    const used = (await refresh(person.refreshToken)).body;
    clock.forward += 6 * 86_400_000;
    const other = (await identity.login(person.email, person.password)).body;
    expect(await listed(other.accessToken)).toEqual([person.sessionId, other.sessionId]);
    clock.forward += 86_400_000 + 1_000;
    const { accessToken } = (await refresh(other.refreshToken)).body;
    expect(await listed(accessToken)).toEqual([other.sessionId]);
    expect((await refresh(used.refreshToken)).status).toBe(401);
  });

  it.each([
    ['nothing', ''],
    ['nonsense', 'nonsense'],
    ['43 characters', 'x'.repeat(43)],
    ['5,000 characters', 'x'.repeat(5_000)],
  ])('takes %s for no refresh token', async (_, token) => {
    expect([401, 422]).toContain((await refresh(token)).status);
  });

  it('a logout ends the session everywhere', async () => {
    const person = await identity.person();
    const other = (await identity.login(person.email, person.password)).body;
    const logout = () => identity.call('POST', '/v1/auth/logout', { token: person.accessToken });
    expect((await logout()).status).toBe(204);
    expect((await refresh(person.refreshToken)).status).toBe(401);
    await unusableSoon(person.accessToken);
    expect(await me(other.accessToken)).toBe(200);
  });

  it('lists a person their own sessions, page by page, and ends one of them', async () => {
    const person = await identity.person();
    const other = (await identity.login(person.email, person.password)).body;
    const list = (query: string) =>
      identity.call<{ items: Session[]; next: string | null }>('GET', `/v1/sessions?${query}`, {
        token: person.accessToken,
      });
    const first = await list('limit=1');
    const second = await list(`limit=1&cursor=${first.body.next}`);
    expect([...first.body.items, ...second.body.items]).toMatchObject([
      { id: person.sessionId, current: true },
      { id: other.sessionId, current: false },
    ]);
    expect(second.body.next).toBeNull();

    const end = (id: string) => identity.call('DELETE', `/v1/sessions/${id}`, { token: person.accessToken });
    expect((await end(other.sessionId)).status).toBe(204);
    await unusableSoon(other.accessToken);
    expect((await refresh(other.refreshToken)).status).toBe(401);
    expect((await end(other.sessionId)).status).toBe(404);
    expect((await list('limit=10')).body.items).toHaveLength(1);
  });

  it('ends other sessions for somebody who was proven a short while ago, and their own without that', async () => {
    const person = await identity.person();
    const other = (await identity.login(person.email, person.password)).body;
    let { accessToken: token, refreshToken } = person;
    const aQuarterLater = async () => {
      clock.forward += 15 * 60_000;
      ({ accessToken: token, refreshToken } = (await refresh(refreshToken)).body);
    };
    const end = (path: string) => identity.call('DELETE', `/v1/sessions${path}`, { token });
    const prove = (body: object) => identity.call('POST', '/v1/auth/step-up', { token, body });
    await aQuarterLater();
    for (const path of ['', `/${other.sessionId}`, `/${randomUUID()}`])
      expect(await end(path)).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
    expect(await me(token)).toBe(200);
    expect((await prove({ password: 'not the password' })).status).toBe(422);
    expect((await end(`/${other.sessionId}`)).status).toBe(403);
    expect((await prove({ password: person.password })).status).toBe(200);
    expect((await end(`/${other.sessionId}`)).status).toBe(204);
    expect((await refresh(other.refreshToken)).status).toBe(401);
    await aQuarterLater();
    expect((await end(`/${person.sessionId}`)).status).toBe(204);
    await unusableSoon(token);
  });

  it('ends nobody else their session', async () => {
    const [ada, eve] = [await identity.person(), await identity.person()];
    const answer = await identity.call('DELETE', `/v1/sessions/${ada.sessionId}`, { token: eve.accessToken });
    expect(answer).toMatchObject({ status: 404, body: { code: 'session_not_found' } });
    expect(await me(ada.accessToken)).toBe(200);
    expect((await refresh(ada.refreshToken)).status).toBe(200);
  });

  it('a person may change their name, if nobody did meanwhile', async () => {
    const { accessToken: token } = await identity.person();
    const patch = (body: object, headers: Record<string, string>) =>
      identity.call('PATCH', '/v1/me', { token, body, headers });
    const etag = (await identity.call('GET', '/v1/me', { token })).headers.get('etag') ?? '';
    expect((await patch({ displayName: 'Ada' }, {})).status).toBe(428);
    const changed = await patch({ displayName: 'Ada' }, { 'if-match': etag });
    expect(changed).toMatchObject({ status: 200, body: { displayName: 'Ada', generation: 2 } });
    expect((await patch({ displayName: 'Eve' }, { 'if-match': etag })).status).toBe(412);
    const next = changed.headers.get('etag') ?? '';
    expect((await patch({ displayName: null }, { 'if-match': next })).body).toMatchObject({ displayName: null });
    expect((await patch({ administrator: true }, { 'if-match': '*' })).status).toBe(422);
  });
});
