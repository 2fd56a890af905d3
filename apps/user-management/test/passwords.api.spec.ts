import { randomUUID } from 'node:crypto';
import type { Session, Tokens } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';

/** Real time, which a test may move forward. */
class MovedClock extends Clock {
  forward = 0;
  override now(): Date {
    return new Date(Date.now() + this.forward);
  }
}

const newPassword = 'staple battery horse 7';
const clock = new MovedClock();
let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9', ATTEMPTS_PER_ACCOUNT: '50' }, [[Clock, clock]]);
});
afterAll(() => identity.close());

const post = (path: string, body: unknown, token?: string) => identity.call('POST', path, { body, token });
const me = async ({ accessToken }: Tokens) => (await identity.call('GET', '/v1/me', { token: accessToken })).status;
const refresh = async ({ refreshToken }: Tokens) => (await post('/v1/auth/refresh', { refreshToken })).status;
const login = async (email: string, password = goodPassword): Promise<Tokens> =>
  (await identity.login(email, password)).body;
const complete = (token: string, password = newPassword) => post('/v1/auth/recovery/complete', { token, password });

/** Asks for a code and reads it from the mail; `count`: of all codes that the address has ever got. */
async function recoveryCode(email: string, count = 2): Promise<string> {
  expect(await post('/v1/auth/recovery', { email })).toMatchObject({ status: 202, body: { status: 'recovery_sent' } });
  return identity.codeFor(email, count);
}

const signedOut = async (...sessions: Tokens[]) => {
  for (const each of sessions) {
    await eventually(async () => expect(await me(each)).toBe(401));
    expect(await refresh(each)).toBe(401);
  }
};

describe('somebody who has forgotten the password', () => {
  it('sets a new one with the code from a mail, and is signed out everywhere', async () => {
    const person = await identity.person();
    const second = await login(person.email);
    expect((await complete(await recoveryCode(person.email))).status).toBe(204);
    await signedOut(person, second);
    expect((await identity.login(person.email, goodPassword)).status).toBe(401);
    expect((await identity.login(person.email, newPassword)).status).toBe(200);
    await eventually(async () =>
      expect((await identity.mailTo(person.email)).at(-1)).toContain('Subject: Your password was changed'),
    );
  });

  it('is let in by nothing but a login: the code gives no session', async () => {
    const person = await identity.person();
    const { body } = await complete(await recoveryCode(person.email));
    expect(body).toBeUndefined();
    const open = await identity.database.query('select from session where revoked_at is null and user_id = $1', [
      (await identity.database.query<{ id: string }>('select id from app_user where email = $1', [person.email]))[0]
        ?.id,
    ]);
    expect(open).toHaveLength(0);
  });

  it('uses the code once, however many try at the same time', async () => {
    const { email } = await identity.person();
    const code = await recoveryCode(email);
    const passwords = Array.from({ length: 12 }, (_, i) => `a password of mine ${i}`);
    const answers = await Promise.all(passwords.map((password) => complete(code, password)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 11 }, () => 422)]);
    const logins = await Promise.all(passwords.map((password) => identity.login(email, password)));
    expect(logins.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await complete(code)).toMatchObject({
      status: 422,
      body: { code: 'recovery_invalid', errors: [{ pointer: '/token' }] },
    });
  });

  it('has half an hour for it', async () => {
    const { email } = await identity.person();
    const code = await recoveryCode(email);
    clock.forward = 30 * 60_000 + 1_000;
    try {
      expect((await complete(code)).status).toBe(422);
    } finally {
      clock.forward = 0;
    }
    clock.forward = 29 * 60_000;
    try {
      expect((await complete(code)).status).toBe(204);
    } finally {
      clock.forward = 0;
    }
  });

  it('has one code at a time: the next makes the former worthless', async () => {
    const { email } = await identity.person();
    const first = await recoveryCode(email);
    const second = await recoveryCode(email, 3);
    expect((await complete(first)).status).toBe(422);
    expect((await complete(second)).status).toBe(204);
  });

  it('may choose again when the new password was a common one, or made of their address', async () => {
    const { email } = await identity.person();
    const code = await recoveryCode(email);
    expect(await complete(code, 'password123')).toMatchObject({ status: 422, body: { code: 'password_too_common' } });
    expect(await complete(code, 'example1')).toMatchObject({ status: 422, body: { code: 'password_of_context' } });
    expect(await complete(code, 'short')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/password' }] } });
    expect((await complete(code)).status).toBe(204);
  });

  it('gets the same answer as somebody who has no account, who gets no mail', async () => {
    const { email } = await identity.person();
    const nobody = `${randomUUID()}@example.com`;
    const [known, unknown] = [
      await post('/v1/auth/recovery', { email }),
      await post('/v1/auth/recovery', { email: nobody }),
    ];
    expect({ status: unknown.status, body: unknown.body }).toEqual({ status: known.status, body: known.body });
    await identity.codeFor(email, 2);
    await eventually(async () => expect(await identity.database.query('select from recovery_request')).toHaveLength(0));
    expect(await identity.mailTo(nobody)).toEqual([]);
  });

  it('finds no code in the database, sealed mail aside', async () => {
    const { email } = await identity.person();
    const code = await recoveryCode(email);
    const rows = await identity.database.query<{ row: string }>(
      'select row_to_json(recovery)::text as row from recovery',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row).not.toContain(code);
  });
});

describe('a new password', () => {
  it('leaves no session of the old one, whoever logs in at the same time', async () => {
    const { email } = await identity.person();
    for (let round = 0; round < 8; round++) {
      const [old, next] = round % 2 === 0 ? [goodPassword, newPassword] : [newPassword, goodPassword];
      const code = await recoveryCode(email, round + 2);
      const [done, ...logins] = await Promise.all([
        complete(code, next),
        ...Array.from({ length: 6 }, () => identity.login(email, old)),
      ]);
      expect(done.status).toBe(204);
      await signedOut(...logins.filter(({ status }) => status === 200).map(({ body }) => body));
    }
  });

  it('is set by whoever knows the old one; every other session ends, the one that asked goes on', async () => {
    const person = await identity.person();
    const other = await login(person.email);
    const code = await recoveryCode(person.email);
    const body = { currentPassword: goodPassword, password: newPassword };
    expect((await post('/v1/auth/password', body, person.accessToken)).status).toBe(204);
    await signedOut(other);
    expect(await me(person)).toBe(200);
    expect(await refresh(person)).toBe(200);
    expect((await complete(code)).status).toBe(422);
    expect((await identity.login(person.email, newPassword)).status).toBe(200);
    expect((await post('/v1/auth/password', body)).status).toBe(401);
  });

  it.each([
    [{ currentPassword: 'not the password', password: newPassword }, 'current_password_wrong', '/currentPassword'],
    [{ currentPassword: goodPassword, password: 'password123' }, 'password_too_common', '/password'],
    [{ currentPassword: goodPassword, password: 'example-2026' }, 'password_of_context', '/password'],
    [{ currentPassword: goodPassword, password: 'x'.repeat(257) }, 'validation_failed', '/password'],
    [{ password: newPassword }, 'validation_failed', '/currentPassword'],
  ])('is not %j', async (body, code, pointer) => {
    const person = await identity.person();
    expect(await post('/v1/auth/password', body, person.accessToken)).toMatchObject({
      status: 422,
      body: { code, errors: [{ pointer }] },
    });
    expect((await identity.login(person.email, goodPassword)).status).toBe(200);
  });
});

it('a password is not the name of an organization that its person is in', async () => {
  const [member, stranger] = [await identity.person(), await identity.person()];
  const { organization } = await identity.organization(member.accessToken);
  const change = (person: Person) =>
    post(
      '/v1/auth/password',
      { currentPassword: goodPassword, password: `${organization.slug}-1` },
      person.accessToken,
    );
  expect(await change(member)).toMatchObject({ status: 422, body: { code: 'password_of_context' } });
  expect((await change(stranger)).status).toBe(204);
});

describe('signing out everywhere', () => {
  it('ends every session of the caller, and nobody else’s', async () => {
    const [person, stranger]: [Person, Person] = [await identity.person(), await identity.person()];
    const second = await login(person.email);
    expect((await identity.call('DELETE', '/v1/sessions', { token: second.accessToken })).status).toBe(204);
    await signedOut(person, second);
    expect(await me(stranger)).toBe(200);
    const third = await login(person.email);
    const list = await identity.call<{ items: Session[] }>('GET', '/v1/sessions', { token: third.accessToken });
    expect(list.body.items.map(({ id }) => id)).toEqual([third.sessionId]);
  });
});
