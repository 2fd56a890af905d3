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
    'get /.well-known/oauth-authorization-server',
    'post /v1/oauth/token',
    'post /v1/oauth/introspect',
    'post /v1/oauth/revoke',
    'post /v1/oauth/device_authorization',
    'get /v1/oauth/device',
    'post /v1/oauth/device',
    'get /v1/oauth/device/passkey',
    'post /v1/oauth/device/passkey',
    'post /v1/oauth/device/second-factor',
    'get /v1/oauth/device/providers',
    'post /v1/oauth/device/sign-in',
    'get /v1/oauth/device/callback',
    'get /v1/oauth/device/confirm',
    'post /v1/oauth/device/confirm',
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
      const url = `${identity.service.url}${path.replaceAll(/\{\w+\}/g, randomUUID())}`;
      const answer = await fetch(url, { method: method.toUpperCase() });
      expect({ path, refused: answer.status === 401 }).toEqual({ path, refused: !isOpen });
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
