import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IdentityProviderView, SignInProviders } from '@berth/contracts/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
let owner: Person;
let organizationId: string;
let slug: string;
beforeAll(async () => {
  identity = await IdentityService.start({ LOG_LEVEL: 'silent' });
  owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  [organizationId, slug] = [organization.id, organization.slug];
  const headers = { 'berth-access': access };
  await call('GET', `/v1/organizations/${organizationId}`, undefined, { headers });
});
afterAll(() => identity.close());

const call = <Body = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  { token = owner.accessToken, headers = {} } = {},
) => identity.call<Body>(method, path, { token, body, headers });

const create = (changes: Readonly<Record<string, unknown>> = {}, token = owner.accessToken) => {
  const body = {
    organizationId,
    displayName: 'Company login',
    endpoints: { kind: 'oidc', issuer: 'https://login.example.com' },
    clientId: 'berth',
    clientSecret: 'a client secret',
    ...changes,
  };
  return call<IdentityProviderView>('POST', '/v1/identity-providers', body, { token });
};

async function member(role: string): Promise<Person> {
  const person = await identity.person();
  const { headers } = await identity.join(person, { organizationId, role }, { token: owner.accessToken });
  await call('GET', `/v1/organizations/${organizationId}`, undefined, {
    token: person.accessToken,
    headers: { 'berth-access': headers.get('berth-access') ?? '' },
  });
  return person;
}

describe('the identity providers of an organization', () => {
  it('are made, shown without their secret, changed and deleted by its owner', async () => {
    const made = await create();
    expect(made.status).toBe(201);
    const path = made.headers.get('location') ?? '';
    expect(JSON.stringify(made.body)).not.toContain('a client secret');
    const [etag, headers] = [made.headers.get('etag') ?? '', { 'if-match': made.headers.get('etag') ?? '' }];
    const changed = await call('PATCH', path, { defaultRole: 'viewer', clientSecret: 'another' }, { headers });
    expect(changed).toMatchObject({ status: 200, body: { defaultRole: 'viewer', displayName: 'Company login' } });
    expect(changed.headers.get('etag')).not.toBe(etag);
    expect((await call('PATCH', path, { displayName: 'x' }, { headers })).status).toBe(412);
    expect((await call('PATCH', path, { displayName: 'x' })).status).toBe(428);
    expect((await call('PATCH', path, { defaultRole: null }, { headers: { 'if-match': '*' } })).body).toMatchObject({
      defaultRole: null,
    });
    expect((await call('GET', path)).body).toMatchObject({ clientId: 'berth', defaultRole: null });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });

  it('are seen by its administrators, chosen by its owners, and unknown to others', async () => {
    const { body } = await create();
    const [admin, developer, stranger] = [await member('admin'), await member('developer'), await identity.person()];
    const path = `/v1/identity-providers/${body.id}`;
    const statuses = async ({ accessToken: token }: Person) => [
      (await call('GET', path, undefined, { token })).status,
      (await call('PATCH', path, { displayName: 'x' }, { token, headers: { 'if-match': '*' } })).status,
      (await call('DELETE', path, undefined, { token })).status,
      (await create({}, token)).status,
    ];
    expect(await statuses(admin)).toEqual([200, 403, 403, 403]);
    expect(await statuses(developer)).toEqual([403, 403, 403, 403]);
    expect(await statuses(stranger)).toEqual([404, 404, 404, 404]);
  });

  it('are offered by name to whoever is about to sign in, and an unknown organization offers none', async () => {
    const { body } = await create({ displayName: 'For the page' });
    const offered = (of: string) =>
      identity.call<SignInProviders>('GET', `/v1/auth/oidc/providers?organization=${of}`).then((answer) => answer.body);
    expect((await offered(slug)).items).toContainEqual({ id: body.id, displayName: 'For the page' });
    expect(await offered('no-such-organization')).toEqual({ items: [] });
  });

  it.each([
    ['an owner by claim', { roles: [{ claim: 'g', value: 'v', role: 'owner' }] }, '/roles/0/role'],
    ['an owner by default', { defaultRole: 'owner' }, '/defaultRole'],
    ['no URL', { endpoints: { kind: 'oidc', issuer: 'login' } }, '/endpoints/issuer'],
    ['a file', { endpoints: { kind: 'oidc', issuer: 'file:///etc/passwd' } }, '/endpoints/issuer'],
    ['a scope with a space', { scopes: ['openid email'] }, '/scopes/0'],
  ])('are refused with %s', async (_, changes, pointer) => {
    expect(await create(changes)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it.each(['http://127.0.0.1:1', 'https://169.254.169.254', 'https://localhost'])(
    'are not asked at %s, in the own network',
    async (issuer) => {
      const { body } = await create({ endpoints: { kind: 'oidc', issuer } });
      const flow = { providerId: body.id, redirectUri: 'http://127.0.0.1:9/back' };
      expect(await identity.call('POST', '/v1/auth/oidc/flows', { body: flow })).toMatchObject({
        status: 409,
        body: { code: 'provider_unreachable' },
      });
    },
  );
});

describe('an identity provider', () => {
  it('that is not on the list of hosts that may be asked is not asked', async () => {
    let asked = 0;
    const server = createServer((_, reply) => {
      asked += 1;
      reply.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const redirectUri = 'https://console.example.com/back';
    const begunWith = (hosts: string) =>
      IdentityService.during(
        {
          ...{ PRIVATE_IDENTITY_PROVIDERS: 'true', SIGN_IN_REDIRECTS: redirectUri, LOG_LEVEL: 'silent' },
          OUTBOUND_HOSTS: hosts,
        },
        async (service) => {
          const { accessToken: token } = await service.person();
          const { organization, access } = await service.organization(token);
          const made = await service.call<IdentityProviderView>('POST', '/v1/identity-providers', {
            token,
            headers: { 'berth-access': access },
            body: {
              organizationId: organization.id,
              displayName: 'Company login',
              endpoints: { kind: 'oidc', issuer },
              ...{ clientId: 'berth', clientSecret: 'a client secret' },
            },
          });
          const body = { providerId: made.body.id, redirectUri };
          return service.call('POST', '/v1/auth/oidc/flows', { body });
        },
      );
    try {
      const refused = { status: 409, body: { code: 'provider_unreachable' } };
      expect(await begunWith('login.example.com')).toMatchObject(refused);
      expect(asked).toBe(0);
      expect(await begunWith('login.example.com,127.0.0.1')).toMatchObject(refused);
      expect(asked).toBe(1);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
