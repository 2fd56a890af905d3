import { randomUUID } from 'node:crypto';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';

const register = (identity: IdentityService, email: string) =>
  identity.call('POST', '/v1/auth/register', { body: { email, password: goodPassword } });

describe('signing up by invitation only', () => {
  let identity: IdentityService;
  let token: string;
  beforeAll(async () => {
    identity = await IdentityService.start({
      SIGN_UP: 'invitation',
      BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
    });
    token = (await identity.login('root@example.com', 'the first password')).body.accessToken;
  });
  afterAll(() => identity.close());

  it('answers the same for whoever was invited and whoever was not; only the mail tells', async () => {
    const { organization, access } = await identity.organization(token);
    const [invited, stranger] = [`${randomUUID()}@example.com`, `${randomUUID()}@example.com`];
    const body = { organizationId: organization.id, email: invited, role: 'viewer' };
    const headers = { 'berth-access': access };
    expect((await identity.call('POST', '/v1/invitations', { token, body, headers })).status).toBe(201);
    const answers = [await register(identity, invited), await register(identity, stranger)];
    expect(answers.map(({ status, body: said }) => [status, said])).toEqual([
      [202, { status: 'verification_sent' }],
      [202, { status: 'verification_sent' }],
    ]);
    const code = await identity.codeFor(invited, 2);
    expect((await identity.call('POST', '/v1/auth/verify-email', { body: { token: code } })).status).toBe(204);
    expect((await identity.login(invited, goodPassword)).status).toBe(200);
    await eventually(async () => expect((await identity.mailTo(stranger)).join()).toContain('You need an invitation'));
    expect((await identity.mailTo(stranger)).join()).not.toContain('Code:');
  });
});

it('signing up takes an address of an allowed domain, where there are some', async () => {
  await IdentityService.during({ SIGN_UP_DOMAINS: 'example.com, example.org' }, async (identity) => {
    const status = async (email: string) => (await register(identity, email)).status;
    expect(await status('a@example.com')).toBe(202);
    expect(await status('a@EXAMPLE.org')).toBe(202);
    expect(await register(identity, 'a@sub.example.com')).toMatchObject({
      status: 403,
      body: { code: 'domain_refused', errors: [{ pointer: '/email' }] },
    });
    expect(await status('"a@example.com"@evil.example')).toBeGreaterThanOrEqual(400);
    expect(await status('a@evilexample.com')).toBe(403);
  });
});
