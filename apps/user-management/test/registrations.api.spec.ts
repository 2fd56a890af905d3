import { randomUUID } from 'node:crypto';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';

describe('registering', () => {
  let identity: IdentityService;
  beforeAll(async () => {
    identity = await IdentityService.start();
  });
  afterAll(() => identity.close());

  const register = (email: string, password = goodPassword, more: object = {}) =>
    identity.call('POST', '/v1/auth/register', { body: { email, password, ...more } });
  const verify = (token: string) => identity.call('POST', '/v1/auth/verify-email', { body: { token } });
  const newEmail = () => `${randomUUID()}@example.com`;

  it('makes a user once the address is proven, who can log in', async () => {
    const email = newEmail();
    const answer = await register(email, goodPassword, { displayName: 'Ada' });
    expect(answer).toMatchObject({ status: 202, body: { status: 'verification_sent' } });
    expect((await identity.login(email, goodPassword)).status).toBe(401);

    expect((await verify(await identity.codeFor(email))).status).toBe(204);
    const { status, body } = await identity.login(email, goodPassword);
    expect(status).toBe(200);
    const me = await identity.call('GET', '/v1/me', { token: body.accessToken });
    expect(me.body).toMatchObject({ email, displayName: 'Ada', administrator: false });
  });

  it('takes addresses without regard to case or space around', async () => {
    const email = newEmail();
    await register(`  ${email.toUpperCase()} `);
    await verify(await identity.codeFor(email));
    expect((await identity.login(email.toUpperCase(), goodPassword)).status).toBe(200);
  });

  it('takes a code once', async () => {
    const email = newEmail();
    await register(email);
    const code = await identity.codeFor(email);
    expect((await verify(code)).status).toBe(204);
    expect(await verify(code)).toMatchObject({ status: 422, body: { code: 'verification_invalid' } });
  });

  it('takes no code after 24 hours', async () => {
    const email = newEmail();
    await register(email);
    const code = await identity.codeFor(email);
    await identity.database.query(`update registration set expires_at = now() - interval '1 second' where email = $1`, [
      email,
    ]);
    expect((await verify(code)).status).toBe(422);
  });

  it('answers alike for a known address, and tells only its owner by mail', async () => {
    const { email } = await identity.person();
    const again = await register(email, 'another fine password');
    expect(again).toMatchObject({ status: 202, body: { status: 'verification_sent' } });
    await eventually(async () => {
      const mails = await identity.mailTo(email);
      expect(mails.at(-1)).toContain('has an account already');
      expect(mails.filter((mail) => mail.includes('Code:'))).toHaveLength(1);
    });
    expect((await identity.login(email, 'another fine password')).status).toBe(401);
    expect((await identity.login(email, goodPassword)).status).toBe(200);
  });

  it('keeps to each registration the password that it was made with', async () => {
    const email = newEmail();
    await register(email, 'password of the owner');
    const ownersCode = await identity.codeFor(email);
    await register(email, 'password of somebody');
    await identity.codeFor(email, 2);
    expect((await verify(ownersCode)).status).toBe(204);
    expect((await identity.login(email, 'password of somebody')).status).toBe(401);
    expect((await identity.login(email, 'password of the owner')).status).toBe(200);
    expect((await verify(await identity.codeFor(email, 2))).status).toBe(422);
  });

  it.each([
    ['7 characters', 'short77', 'validation_failed'],
    ['257 characters', 'x'.repeat(257), 'validation_failed'],
    ['one of the most common ones', 'password123', 'password_too_common'],
    ['a common one in capitals', 'PassWord123', 'password_too_common'],
    ['the name of the platform and a year', 'Berth-2026', 'password_of_context'],
    ['the domain of the address and a number', 'Example-1234', 'password_of_context'],
  ])('refuses a password of %s, and stores nothing', async (_, password, code) => {
    const email = newEmail();
    const answer = await register(email, password);
    expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ pointer: '/password' }] } });
    expect(await identity.database.query('select from registration where email = $1', [email])).toHaveLength(0);
  });

  it.each([
    ['72 bytes, which are what bcrypt reads', `${'ä'.repeat(35)}xy`],
    ['73 bytes', `${'ä'.repeat(35)}xyz`],
    ['64 characters of four bytes each', '🦊'.repeat(63) + '🧊'],
    ['256 characters', `${'long '.repeat(51)}x`],
  ])('takes a password of %s, all of which count', async (_, password) => {
    const { email } = await identity.person(newEmail(), password);
    const characters = [...password];
    const others = [
      characters.slice(0, -1).join(''),
      [...characters.slice(0, -1), '!'].join(''),
      ['!', ...characters.slice(1)].join(''),
      `${password}!`,
    ];
    for (const other of others) expect((await identity.login(email, other)).status).toBe(401);
    expect((await identity.login(email, password)).status).toBe(200);
  });

  it.each([
    ['one kind of letters', 'qmzvkwtrplx'],
    ['capitals', 'QMZVKWTRPLX'],
    ['digits', '83051947260'],
    ['spaces and words', 'seven wet boots '],
    ['signs', '&%~^|}#;(@!?'],
    ['letters of other scripts', 'пароль-пять-λ'],
    ['pictures', '🦊🪁🧊🛶🦊🪁🛶🧊'],
  ])('takes a password of %s, as it is', async (_, password) => {
    const { email } = await identity.person(newEmail(), password);
    expect((await identity.login(email, password.trim() + 'x')).status).toBe(401);
  });

  it.each(['', 'nobody', 'a@b', 'a b@example.com', `${'x'.repeat(250)}@example.com`, null, 5])(
    'refuses %j as an address',
    async (email) => {
      const answer = await identity.call('POST', '/v1/auth/register', { body: { email, password: goodPassword } });
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'validation_failed', errors: [{ pointer: '/email' }] },
      });
    },
  );

  it('refuses fields that it does not know', async () => {
    expect((await register(newEmail(), goodPassword, { administrator: true })).status).toBe(422);
  });

  it('has one effect for the same Idempotency-Key', async () => {
    const email = newEmail();
    const request = { body: { email, password: goodPassword }, headers: { 'idempotency-key': randomUUID() } };
    await Promise.all([1, 2].map(() => identity.call('POST', '/v1/auth/register', request)));
    await identity.call('POST', '/v1/auth/register', request);
    expect(await identity.database.query('select from registration where email = $1', [email])).toHaveLength(1);
  });

  it('tells the other services that there is a user, by id alone', async () => {
    const { email, accessToken } = await identity.person();
    const me = await identity.call('GET', '/v1/me', { token: accessToken });
    const log = await eventually(async () => {
      const rows = await identity.database.query<{ event: string }>(`select event::text from berth_bus.message`);
      const all = rows.map(({ event }) => event).join('\n');
      expect(all).toContain(String(me.body['id']));
      return all;
    });
    expect(log).not.toContain(email);
  });
});

it('a platform whose configuration names no first administrator has no account at all', async () => {
  await IdentityService.during({}, async ({ database }) => {
    expect(await database.query('select from app_user')).toEqual([]);
  });
});

describe('when signing up is closed', () => {
  let identity: IdentityService;
  beforeAll(async () => {
    identity = await IdentityService.start({
      SIGN_UP: 'closed',
      BOOTSTRAP_ADMIN_EMAIL: 'Admin@Example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
    });
  });
  afterAll(() => identity.close());

  it('refuses everybody', async () => {
    const body = { email: 'ada@example.com', password: goodPassword };
    const answer = await identity.call('POST', '/v1/auth/register', { body });
    expect(answer).toMatchObject({ status: 403, body: { code: 'sign_up_closed' } });
  });

  it('lets the first administrator in, who was made at the start', async () => {
    const { status, body } = await identity.login('admin@example.com', 'the first password');
    expect(status).toBe(200);
    const me = await identity.call('GET', '/v1/me', { token: body.accessToken });
    expect(me.body).toMatchObject({ email: 'admin@example.com', administrator: true });
  });

  it('makes no second one at the next start, whatever the configuration says', async () => {
    const environment = {
      DATABASE_URL: identity.service.databaseUrl,
      MAIL_FOLDER: `${identity.mailFolder}/next`,
      BOOTSTRAP_ADMIN_EMAIL: 'other@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'another password',
    };
    await IdentityService.during(environment, async (next) => {
      expect((await next.login('other@example.com', 'another password')).status).toBe(401);
    });
  });
});
