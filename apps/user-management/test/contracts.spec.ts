import { randomUUID } from 'node:crypto';
import { openApiOf } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';

type Operations = Record<string, Record<string, { operationId: string; security?: unknown; responses: object }>>;

describe('the API as a whole', () => {
  let identity: IdentityService;
  let operations: [method: string, path: string, operation: Operations[string][string]][];

  beforeAll(async () => {
    identity = await IdentityService.start();
    const { paths } = openApiOf(identity.service.app, 'user-management') as unknown as { paths: Operations };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): (typeof operations)[number] => [method, path, operation]),
    );
  });
  afterAll(() => identity.close());

  const open = [
    'post /v1/auth/register',
    'post /v1/auth/verify-email',
    'post /v1/auth/login',
    'post /v1/auth/refresh',
    'post /v1/auth/recovery',
    'post /v1/auth/recovery/complete',
    'post /v1/auth/token',
    'get /v1/auth/oidc/providers',
    'post /v1/auth/oidc/flows',
    'post /v1/auth/oidc/flows/answer',
    'post /v1/auth/oidc/flows/login',
    'post /v1/auth/oidc/flows/prove-address',
    'post /v1/auth/oidc/flows/register',
    'post /v1/auth/passkeys/challenge',
    'post /v1/auth/passkeys/login',
    'post /v1/invitations/decline',
    'get /.well-known/jwks.json',
  ];

  it('has an operation id of its own for every route', () => {
    const ids = operations.map(([, , operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(18);
  });

  it('says of every route whether it needs a token, and means it', async () => {
    for (const [method, path, operation] of operations) {
      const isOpen = open.includes(`${method} ${path}`);
      expect({ path, secured: operation.security !== undefined }).toEqual({ path, secured: !isOpen });
      const answer = await identity.call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, randomUUID()));
      expect({ path, refused: answer.status === 401 }).toEqual({ path, refused: !isOpen });
    }
  });

  it('lets a stranger see or change nothing of an organization, by any route that names one', async () => {
    const [owner, eve] = [await identity.person(), await identity.person()];
    const { organization, access } = await identity.organization(owner.accessToken);
    const list = await identity.call<{ items: { id: string }[] }>(
      'GET',
      `/v1/memberships?organization=${organization.id}`,
      {
        token: owner.accessToken,
        headers: { 'berth-access': access },
      },
    );
    const invited = await identity.call('POST', '/v1/invitations', {
      token: owner.accessToken,
      body: { organizationId: organization.id, email: 'guest@example.com', role: 'viewer' },
      headers: { 'berth-access': access },
    });
    const token = await identity.call('POST', '/v1/api-tokens', {
      token: owner.accessToken,
      body: { name: 'ci', scopes: ['apps:read'] },
    });
    const provider = await identity.call('POST', '/v1/identity-providers', {
      token: owner.accessToken,
      body: {
        organizationId: organization.id,
        displayName: 'Login',
        endpoints: { kind: 'oidc', issuer: 'https://login.example.com' },
        clientId: 'berth',
        clientSecret: 'secret',
      },
      headers: { 'berth-access': access },
    });
    const ids: Record<string, string> = {
      '/v1/identity-providers/{id}': String(provider.body['id']),
      '/v1/auth/identities/{id}': randomUUID(),
      '/v1/auth/passkeys/{id}': randomUUID(),
      '/v1/api-tokens/{id}': String(token.body['id']),
      '/v1/invitations/{id}': String(invited.body['id']),
      '/v1/invitations/{id}/resend': String(invited.body['id']),
      '/v1/organizations/{id}': organization.id,
      '/v1/memberships/{id}': list.body.items[0]?.id ?? '',
      '/v1/quotas/{organizationId}': organization.id,
      '/v1/sessions/{id}': owner.sessionId,
    };
    const named = operations.filter(([, path]) => path.includes('{'));
    expect(named.length).toBeGreaterThan(5);
    for (const [method, path] of named) {
      const url = path.replace(/\{\w+\}/, ids[path] ?? 'unknown route');
      const quota = (await identity.call('GET', `/v1/quotas/${organization.id}`, { token: owner.accessToken })).body;
      const patch = path.startsWith('/v1/identity') ? { displayName: 'x' } : { role: 'viewer' };
      const body = { patch, put: quota, post: {} }[method];
      const options = { token: eve.accessToken, headers: { 'if-match': '*' }, ...(body ? { body } : {}) };
      const answer = await identity.call(method.toUpperCase(), url, options);
      expect({ route: `${method} ${path}`, status: answer.status }).toEqual({
        route: `${method} ${path}`,
        status: 404,
      });
      expect(JSON.stringify(answer.body)).not.toContain(organization.slug);
    }
  });

  it('answers problem documents with code and correlation id', async () => {
    const answer = await identity.call('POST', '/v1/auth/login', {
      body: { email: 1 },
      headers: { 'x-correlation-id': 'abc' },
    });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 422, code: 'validation_failed', correlationId: 'abc' });
  });

  it.each([
    ['a body that is no JSON', '{', 400],
    ['a list instead of an object', '[]', 422],
    ['nothing', '', 400],
    ['a name of 2 MB', JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(2_000_000) }), 413],
    ['a nest of 100,000 lists', '['.repeat(100_000) + ']'.repeat(100_000), 400],
    ['__proto__', '{"__proto__":{"admin":true},"email":"a@example.com","password":"x"}', 422],
  ])('refuses %s', async (_, body, status) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${identity.service.url}/v1/auth/login`, { method: 'POST', body, headers });
    expect(response.status).toBe(status);
  });
});
