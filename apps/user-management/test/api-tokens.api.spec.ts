import type { AccessToken, ApiTokenView, CreatedApiToken } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { newApiToken } from '../src/api-tokens/api-token-text.js';
import { IdentityService } from './fixtures/identity-service.js';

/** Real time, which a test may move forward. */
class MovedClock extends Clock {
  forward = 0;
  override now(): Date {
    return new Date(Date.now() + this.forward);
  }
}

const clock = new MovedClock();
let identity: IdentityService;
beforeAll(async () => {
  const administrator = { BOOTSTRAP_ADMIN_EMAIL: 'root@example.com', BOOTSTRAP_ADMIN_PASSWORD: 'the first password' };
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9', ...administrator }, [[Clock, clock]]);
});
afterAll(() => identity.close());

const create = (token: string, body: unknown) =>
  identity.call<CreatedApiToken>('POST', '/v1/api-tokens', { token, body });
const made = async (token: string, scopes = ['*']) => (await create(token, { name: 'ci', scopes })).body;
const exchange = (apiToken: string) => identity.call<AccessToken>('POST', '/v1/auth/token', { body: { apiToken } });
const list = async (token: string) =>
  (await identity.call<{ items: ApiTokenView[] }>('GET', '/v1/api-tokens', { token })).body.items;

describe('an API token', () => {
  it('is shown once and exchanged, as often as one likes, for access tokens of its person and its scopes', async () => {
    const person = await identity.person();
    const { token, ...shown } = await made(person.accessToken, ['organizations:read', 'apps:*']);
    expect(shown).toMatchObject({ name: 'ci', prefix: token.slice(0, 10), lastUsedAt: null });
    expect(await list(person.accessToken)).toEqual([shown]);
    const [first, second] = [await exchange(token), await exchange(token)];
    expect(first).toMatchObject({ status: 200, body: { tokenType: 'Bearer', expiresIn: 600 } });
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(second.status).toBe(200);
    const claims = decodeJwt(first.body.accessToken);
    expect(claims).toMatchObject({
      sub: decodeJwt(person.accessToken).sub,
      sid: shown.id,
      scope: 'organizations:read apps:*',
    });
    expect((await list(person.accessToken))[0]?.lastUsedAt).not.toBeNull();
  });

  it('does what its scopes name where its person has the role, and nothing else', async () => {
    const person = await identity.person();
    const { organization, access } = await identity.organization(person.accessToken);
    const headers = { 'berth-access': access };
    const call = async (scopes: string[], method: string, path: string, body?: unknown) => {
      const token = (await exchange((await made(person.accessToken, scopes)).token)).body.accessToken;
      return (await identity.call(method, path, { token, headers, ...(body === undefined ? {} : { body }) })).status;
    };
    const read = ['GET', `/v1/organizations/${organization.id}`] as const;
    expect(await call(['organizations:read'], ...read)).toBe(200);
    expect(await call(['*'], ...read)).toBe(200);
    expect(await call(['apps:read'], ...read)).toBe(403);
    const member = { organizationId: organization.id, email: 'nobody@example.com', role: 'viewer' };
    expect(await call(['memberships:read'], 'POST', '/v1/memberships', member)).toBe(403);
    // It gives away what its scopes name, and no more.
    expect(await call(['memberships:create'], 'POST', '/v1/memberships', member)).toBe(403);
    expect(await call(['*'], 'POST', '/v1/memberships', member)).toBe(422);
    const [mine, stranger] = [
      await identity.person(),
      await identity.organization((await identity.person()).accessToken),
    ];
    const foreign = (await exchange((await made(mine.accessToken)).token)).body.accessToken;
    const options = { token: foreign, headers: { 'berth-access': stranger.access } };
    expect((await identity.call('GET', `/v1/organizations/${stranger.organization.id}`, options)).status).toBe(404);
  });

  it('with limited scopes cannot make itself another one, sign its person out, or found organizations', async () => {
    const person = await identity.person();
    const { token } = await made(person.accessToken, ['organizations:read']);
    const narrow = (await exchange(token)).body.accessToken;
    for (const [method, path, body] of [
      ['POST', '/v1/api-tokens', { name: 'more', scopes: ['*'] }],
      ['POST', '/v1/organizations', { slug: 'acme-of-a-token' }],
      ['DELETE', '/v1/sessions', undefined],
      ['DELETE', `/v1/sessions/${person.sessionId}`, undefined],
    ] as const)
      expect((await identity.call(method, path, { token: narrow, body })).status).toBe(403);
    expect((await identity.call('GET', '/v1/me', { token: person.accessToken })).status).toBe(200);
  });

  it('of an administrator is no administrator', async () => {
    const admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
    const path = '/v1/admin/user-management/signing-keys';
    expect((await identity.call('GET', path, { token: admin })).status).toBe(200);
    const { accessToken } = (await exchange((await made(admin)).token)).body;
    expect((await identity.call('GET', path, { token: accessToken })).status).toBe(403);
  });

  it('that is revoked is worthless at once, and so is what it was exchanged for', async () => {
    const person = await identity.person();
    const { id, token } = await made(person.accessToken);
    const { accessToken } = (await exchange(token)).body;
    const me = async () => (await identity.call('GET', '/v1/me', { token: accessToken })).status;
    expect(await me()).toBe(200);
    expect((await identity.call('DELETE', `/v1/api-tokens/${id}`, { token: person.accessToken })).status).toBe(204);
    expect((await exchange(token)).status).toBe(401);
    await eventually(async () => expect(await me()).toBe(401));
    expect((await identity.call('DELETE', `/v1/api-tokens/${id}`, { token: person.accessToken })).status).toBe(404);
    expect((await identity.call('GET', '/v1/me', { token: person.accessToken })).status).toBe(200);
  });

  it('ends when it was said to', async () => {
    const { accessToken } = await identity.person();
    const { token } = (await create(accessToken, { name: 'short', scopes: ['*'], expiresInDays: 1 })).body;
    expect((await exchange(token)).status).toBe(200);
    clock.forward = 86_400_000 + 1_000;
    const late = await exchange(token);
    clock.forward = 0;
    expect(late).toMatchObject({ status: 401, body: { code: 'api_token_invalid' } });
  });

  it('that was made up, mistyped or somebody else’s to revoke is refused', async () => {
    const [person, stranger] = [await identity.person(), await identity.person()];
    const { id, token } = await made(person.accessToken);
    for (const text of [newApiToken(), `${token}x`, token.slice(0, -1), 'berth_', person.refreshToken])
      expect((await exchange(text)).status).toBe(401);
    const path = `/v1/api-tokens/${id}`;
    expect((await identity.call('DELETE', path, { token: stranger.accessToken })).status).toBe(404);
    expect(await list(stranger.accessToken)).toEqual([]);
    expect((await exchange(token)).status).toBe(200);
  });

  it.each([
    [{ name: 'x', scopes: [] }, 'validation_failed', '/scopes'],
    [{ name: '', scopes: ['*'] }, 'validation_failed', '/name'],
    [{ name: 'x', scopes: ['apps'] }, 'validation_failed', '/scopes/0'],
    [{ name: 'x', scopes: ['*'], expiresInDays: 366 }, 'validation_failed', '/expiresInDays'],
    [{ name: 'x', scopes: ['apps:read', 'ships:sink'] }, 'api_token_scope_unknown', '/scopes/1'],
  ])('is not made of %j', async (body, code, pointer) => {
    const { accessToken } = await identity.person();
    expect(await create(accessToken, body)).toMatchObject({ status: 422, body: { code, errors: [{ pointer }] } });
  });

  it('is one of at most fifty, also when many are made at once', async () => {
    const person = await identity.person();
    const statuses = await Promise.all(
      Array.from(
        { length: 55 },
        async (_, i) => (await create(person.accessToken, { name: `t${i}`, scopes: ['*'] })).status,
      ),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 409)).toHaveLength(5);
  });

  it('lies in no row, event or audit entry', async () => {
    const person = await identity.person();
    const { id, token } = await made(person.accessToken);
    await exchange(token);
    const tables = ['api_token', 'audit_entry', 'outbox', 'idempotency_key'];
    const rows = await Promise.all(
      tables.map((table) =>
        identity.database.query<{ row: string }>(`select row_to_json(t)::text as row from ${table} t`),
      ),
    );
    const text = rows
      .flat()
      .map(({ row }) => row)
      .join('\n');
    expect(text).toContain(id);
    expect(text).not.toContain(token);
  });
});
