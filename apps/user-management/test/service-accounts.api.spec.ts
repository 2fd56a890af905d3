import type { CreatedClientSecret, ServiceAccountView, TokenResponse } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type CallOptions, IdentityService, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
let owner: Person;
let organizationId: string;
let access: string;

beforeAll(async () => {
  identity = await IdentityService.start();
  owner = await identity.person();
  ({
    organization: { id: organizationId },
    access,
  } = await identity.organization(owner.accessToken));
});
afterAll(() => identity.close());

const call = async <Body = Record<string, unknown>>(method: string, path: string, options: CallOptions = {}) => {
  const headers = { 'berth-access': access, ...options.headers };
  const answer = await identity.call<Body>(method, path, { token: owner.accessToken, ...options, headers });
  access = answer.headers.get('berth-access') ?? access;
  return answer;
};

const make = async (role = 'developer') => {
  const body = { organizationId, name: 'ci', role };
  return (await call<ServiceAccountView>('POST', '/v1/service-accounts', { body })).body;
};
const addSecret = (id: string) => call<CreatedClientSecret>('POST', `/v1/service-accounts/${id}/secrets`, { body: {} });

const token = async ({ clientId, clientSecret }: CreatedClientSecret, scope?: string) => {
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const body = new URLSearchParams({ ...fields, ...(scope === undefined ? {} : { scope }) });
  const response = await fetch(`${identity.service.url}/v1/oauth/token`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as TokenResponse & { error?: string } };
};
const read = (accessToken: string) => call('GET', `/v1/organizations/${organizationId}`, { token: accessToken });

describe('a service account', () => {
  it('has a role in its organization and acts by it, as a machine', async () => {
    const account = await make('viewer');
    expect(account).toMatchObject({ organizationId, name: 'ci', role: 'viewer', secrets: [] });
    const secret = (await addSecret(account.id)).body;
    const { status, body } = await token(secret);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: '*' });
    expect(decodeJwt(body.access_token)).toMatchObject({
      ...{ sub: account.id, sid: secret.id, kind: 'service-account' },
      session_exp: Math.floor(Date.parse(secret.expiresAt) / 1_000),
    });
    expect((await read(body.access_token)).status).toBe(200);
    const more = { organizationId, name: 'more', role: 'viewer' };
    const refused = await call('POST', '/v1/service-accounts', { token: body.access_token, body: more });
    expect(refused.status).toBe(403);
  });

  it('shows a secret once, and afterwards only how it starts and when it was used', async () => {
    const { id } = await make();
    const { clientSecret, clientId, ...shown } = (await addSecret(id)).body;
    expect(clientId).toBe(id);
    expect(clientSecret).toMatch(/^berthsecret_/);
    await token({ ...shown, clientId, clientSecret });
    const found = await call<ServiceAccountView>('GET', `/v1/service-accounts/${id}`);
    expect(found.body.secrets).toEqual([{ ...shown, lastUsedAt: expect.any(String) }]);
    expect(JSON.stringify(found.body)).not.toContain(clientSecret);
    const stored = await identity.database.query<{ row: string }>(
      'select row_to_json(s)::text as row from client_secret s',
    );
    expect(stored.map(({ row }) => row).join()).not.toContain(clientSecret);
    const listed = await call<{ items: ServiceAccountView[] }>(
      'GET',
      `/v1/service-accounts?organization=${organizationId}`,
    );
    expect(listed.body.items.find((each) => each.id === id)).toEqual(found.body);
  });

  it('has two secrets while one is replaced, never three, however many are asked for at once', async () => {
    const { id } = await make();
    const answers = await Promise.all([1, 2, 3, 4].map(() => addSecret(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    const [old, fresh] = answers.filter(({ status }) => status === 201).map(({ body }) => body);
    for (const secret of [old, fresh]) expect((await token(secret as CreatedClientSecret)).status).toBe(200);
    expect((await call('DELETE', `/v1/service-accounts/${id}/secrets/${old?.id}`)).status).toBe(204);
    expect(await token(old as CreatedClientSecret)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await token(fresh as CreatedClientSecret)).status).toBe(200);
    expect((await addSecret(id)).status).toBe(201);
  });

  it('whose secret is revoked is out, with every token that the secret gave', async () => {
    const { id } = await make();
    const secret = (await addSecret(id)).body;
    const { access_token: accessToken } = (await token(secret)).body;
    expect((await read(accessToken)).status).toBe(200);
    await call('DELETE', `/v1/service-accounts/${id}/secrets/${secret.id}`);
    await eventually(async () => expect((await read(accessToken)).status).toBe(401));
  });

  it('that is deleted is out, and so is its role everywhere', async () => {
    const { id } = await make('admin');
    const secret = (await addSecret(id)).body;
    const { access_token: accessToken } = (await token(secret)).body;
    expect((await call('DELETE', `/v1/service-accounts/${id}`)).status).toBe(204);
    await eventually(async () => expect((await read(accessToken)).status).toBe(401));
    expect((await token(secret)).status).toBe(401);
    expect((await call('GET', `/v1/service-accounts/${id}`)).body).toMatchObject({ code: 'not_found' });
    expect((await call('DELETE', `/v1/service-accounts/${id}`)).status).toBe(404);
    // Of the session and of the role services hear by events of their own.
    const roles = () => identity.database.query('select from access_membership where subject_id = $1', [id]);
    await eventually(async () => expect(await roles()).toEqual([]));
  });

  it('does what the scopes of its token name, and nothing that is for people alone', async () => {
    const { id } = await make('admin');
    const secret = (await addSecret(id)).body;
    const narrow = (await token(secret, 'organizations:read')).body;
    expect(narrow.scope).toBe('organizations:read');
    expect((await read(narrow.access_token)).status).toBe(200);
    const quota = await call('GET', `/v1/quotas/${organizationId}`, { token: narrow.access_token });
    expect(quota.status).toBe(403);
    const { access_token: whole } = (await token(secret)).body;
    for (const [method, path, body] of [
      ['POST', '/v1/organizations', { slug: 'made-by-a-machine' }],
      ['POST', '/v1/api-tokens', { name: 'x', scopes: ['*'] }],
      ['PATCH', '/v1/me', {}],
      ['DELETE', '/v1/sessions', undefined],
    ] as const)
      expect((await call(method, path, { token: whole, body })).status).toBe(403);
  });

  it.each([
    [{ role: 'owner' }, 422],
    [{ role: 'billing', scope: { kind: 'project', id: '0198c0de-0000-7000-8000-000000000000' } }, 422],
    [{ name: '' }, 422],
  ])('cannot be made with %o', async (changed, status) => {
    const body = { organizationId, name: 'ci', role: 'viewer', ...changed };
    expect((await call('POST', '/v1/service-accounts', { body })).status).toBe(status);
  });

  it('and its secrets are written into the audit trail, without the secrets', async () => {
    const { id } = await make();
    const secret = (await addSecret(id)).body;
    await call('DELETE', `/v1/service-accounts/${id}/secrets/${secret.id}`);
    await call('DELETE', `/v1/service-accounts/${id}`);
    const entries = await identity.database.query<{ action: string; text: string }>(
      'select action, row_to_json(e)::text as text from audit_entry e where organization_id = $1 order by sequence',
      [organizationId],
    );
    const about = entries.filter(({ text }) => text.includes(id));
    expect(about.map(({ action }) => action)).toEqual([
      'memberships:create',
      'service-accounts:add-secret',
      'service-accounts:revoke-secret',
      'memberships:delete',
    ]);
    expect(about.map(({ text }) => text).join()).not.toContain(secret.clientSecret);
  });
});
