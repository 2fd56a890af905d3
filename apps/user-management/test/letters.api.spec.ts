import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';
import { HeldClock } from './fixtures/held-clock.js';

let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({ ATTEMPTS_PER_ACCOUNT: '3' }, [[Clock, new HeldClock()]]);
});
afterAll(() => identity.close());

const mailbox = () => `${Math.random().toString(36).slice(2)}@example.com`;

/** What is answered when the same is asked for five times. */
async function five(ask: () => Promise<{ status: number }>): Promise<number[]> {
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await ask()).status);
  return statuses;
}

it('nobody’s mailbox is filled by registrations, whether there is an account or not', async () => {
  const known = await identity.person();
  const register = (email: string) => () =>
    identity.call('POST', '/v1/auth/register', { body: { email, password: goodPassword } });
  expect(await five(register(mailbox()))).toEqual([202, 202, 202, 429, 429]);
  // One of the three was the registration of the person.
  expect(await five(register(known.email))).toEqual([202, 202, 429, 429, 429]);
});

it('nor by invitations, nor by changes of an address, all counted together', async () => {
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  const [token, email] = [owner.accessToken, mailbox()];
  const headers = { 'berth-access': access };
  const body = { organizationId: organization.id, email, role: 'viewer' };
  const made = await identity.call('POST', '/v1/invitations', { token, body, headers });
  expect(made.status).toBe(201);
  const path = `/v1/invitations/${String(made.body['id'])}/resend`;
  expect((await identity.call('POST', path, { token })).status).toBe(204);
  const change = () => identity.call('POST', '/v1/me/email', { token, body: { email } });
  expect((await change()).status).toBe(202);
  expect((await change()).status).toBe(429);
  expect((await identity.call('POST', path, { token })).status).toBe(429);
  expect(await identity.call('POST', '/v1/auth/register', { body: { email, password: goodPassword } })).toMatchObject({
    status: 429,
    body: { code: 'too_many_attempts' },
  });
});
