import { randomUUID } from 'node:crypto';
import type { Tokens } from '@berth/contracts/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';
import { SoftwareAuthenticator } from './fixtures/software-authenticator.js';

const administrator = { email: 'root@example.com', password: 'the first password' };
let identity: IdentityService;
beforeAll(async () => {
  const { email, password } = administrator;
  const bootstrap = { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password };
  identity = await IdentityService.start({
    SECOND_FACTOR_REQUIRED: 'true',
    PASSKEY_ORIGINS: 'http://localhost:4000',
    ...bootstrap,
  });
});
afterAll(() => identity.close());

const call = <Body = Record<string, unknown>>(method: string, path: string, token: string, body?: unknown) =>
  identity.call<Body>(method, path, { token, ...(body === undefined ? {} : { body }) });
const read = (path: string, token: string, access: string) =>
  identity.call('GET', path, { token, headers: { 'berth-access': access } });
const users = '/v1/admin/user-management/users';

/** Adds a passkey and goes on in the session that has shown it. */
async function withPasskey({ accessToken, refreshToken }: Tokens): Promise<string> {
  const { body: asked } = await call<{ challenge: string }>('POST', '/v1/auth/passkeys/options', accessToken);
  const passkey = { name: 'Phone', credential: new SoftwareAuthenticator().create(asked) };
  expect((await call('POST', '/v1/auth/passkeys', accessToken, passkey)).status).toBe(201);
  return (await identity.call<Tokens>('POST', '/v1/auth/refresh', { body: { refreshToken } })).body.accessToken;
}

describe('where the platform asks everybody for a second factor', () => {
  it('the first administrator adds one before anything else', async () => {
    const { body: first } = await identity.login(administrator.email, administrator.password);
    expect(await call('GET', users, first.accessToken)).toMatchObject({
      status: 403,
      body: { code: 'second_factor_needed', detail: expect.stringContaining('This platform asks') },
    });
    expect((await call('GET', '/v1/me', first.accessToken)).status).toBe(200);
    expect((await call('GET', users, await withPasskey(first))).status).toBe(200);
  });

  it('so does whoever makes an organization, before it is made', async () => {
    const person = await identity.person();
    const slug = `o-${randomUUID().slice(0, 8)}`;
    expect(await call('POST', '/v1/organizations', person.accessToken, { slug })).toMatchObject({
      status: 403,
      body: { code: 'second_factor_needed' },
    });
    expect(await identity.database.query('select from organization where slug = $1', [slug])).toEqual([]);
    const token = await withPasskey(person);
    expect((await call('POST', '/v1/organizations', token, { slug })).status).toBe(201);
  });

  it('so does a member, before working in it', async () => {
    const owner = await identity.person();
    const { organization, access } = await identity.organization(await withPasskey(owner));
    const path = `/v1/organizations/${organization.id}`;
    expect(await read(path, owner.accessToken, access)).toMatchObject({
      status: 403,
      body: { code: 'second_factor_needed' },
    });
  });

  it('so does whoever is invited, whose invitation waits meanwhile', async () => {
    const owner = await withPasskey(await identity.person());
    const { organization } = await identity.organization(owner);
    const guest = await identity.person();
    const invited = { organizationId: organization.id, email: guest.email, role: 'developer' };
    expect((await call('POST', '/v1/invitations', owner, invited)).status).toBe(201);
    const answer = { token: await identity.codeFor(guest.email, 2) };
    expect(await call('POST', '/v1/invitations/accept', guest.accessToken, answer)).toMatchObject({
      status: 403,
      body: { code: 'second_factor_needed' },
    });
    expect((await call('POST', '/v1/invitations/accept', await withPasskey(guest), answer)).status).toBe(201);
  });

  it('so does whoever makes an API token, of which nothing is stored', async () => {
    const person = await identity.person();
    const wanted = { name: 'ci', scopes: ['apps:read'] };
    expect(await call('POST', '/v1/api-tokens', person.accessToken, wanted)).toMatchObject({
      status: 403,
      body: { code: 'second_factor_needed' },
    });
    const token = await withPasskey(person);
    expect((await call('GET', '/v1/api-tokens', token)).body).toEqual({ items: [], next: null });
    expect((await call('POST', '/v1/api-tokens', token, wanted)).status).toBe(201);
  });
});
