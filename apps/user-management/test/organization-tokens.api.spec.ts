import type { AccessToken, CreatedOrganizationToken, OrganizationTokenView } from '@berth/contracts/identity';
import { WorkQueue } from '@berth/reconcile';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { newOrganizationToken } from '../src/api-tokens/api-token-text.js';
import { TOKEN_END_KEY, TOKEN_END_QUEUE } from '../src/organization-tokens/organization-token-end.reconciler.js';
import { type CallOptions, IdentityService, type Person } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';

const OVER_A_DAY_MS = 86_401_000;

const clock = new MovedClock();
let identity: IdentityService;
let owner: Person;
beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9' }, [[Clock, clock]]);
  owner = await identity.person();
});
afterAll(() => identity.close());

const queue = () => identity.service.app.get(WorkQueue);

/** Each test has an organization of its own, and what was last heard of who may do what there. */
let organizationId: string;
let access: string;
beforeEach(async () => {
  const made = await identity.organization(owner.accessToken);
  [organizationId, access] = [made.organization.id, made.access];
});

async function call<Body = Record<string, unknown>>(method: string, path: string, options: CallOptions = {}) {
  const headers = { 'berth-access': access, ...options.headers };
  const answer = await identity.call<Body>(method, path, { token: owner.accessToken, ...options, headers });
  access = answer.headers.get('berth-access') ?? access;
  return answer;
}
const create = (body: object = {}, token = owner.accessToken) =>
  call<CreatedOrganizationToken>('POST', '/v1/organization-tokens', {
    token,
    body: { organizationId, name: 'ci', role: 'developer', scopes: ['*'], ...body },
  });
const made = async (body?: object) => (await create(body)).body;
const exchange = (apiToken: string) => identity.call<AccessToken>('POST', '/v1/auth/token', { body: { apiToken } });
const accessOf = async (apiToken: string) => (await exchange(apiToken)).body.accessToken;
const list = async (token = owner.accessToken) =>
  call<{ items: OrganizationTokenView[] }>('GET', `/v1/organization-tokens?organization=${organizationId}`, { token });
const read = async (token: string) => (await call('GET', `/v1/organizations/${organizationId}`, { token })).status;
const revoke = (id: string, token?: string) =>
  call('DELETE', `/v1/organization-tokens/${id}`, token === undefined ? {} : { token });

async function joined(role: string): Promise<Person> {
  const person = await identity.person();
  const by = { token: owner.accessToken, headers: { 'berth-access': access } };
  access = (await identity.join(person, { organizationId, role }, by)).headers.get('berth-access') ?? access;
  return person;
}

describe('an API token of an organization', () => {
  it('is shown once, and acts by its own role within its scopes, as a machine', async () => {
    const { token, ...shown } = await made({ role: 'viewer', scopes: ['organizations:read', 'apps:*'] });
    expect(token).toMatch(/^berthorg_/);
    expect(shown).toMatchObject({ organizationId, role: 'viewer', prefix: token.slice(0, 13), lastUsedAt: null });
    expect(shown).toMatchObject({ scope: { kind: 'organization', id: organizationId } });
    expect(shown.createdBy).toBe(decodeJwt(owner.accessToken).sub);
    expect((await list()).body.items).toEqual([shown]);
    const exchanged = await exchange(token);
    expect(exchanged).toMatchObject({ status: 200, body: { tokenType: 'Bearer', expiresIn: 600 } });
    expect(decodeJwt(exchanged.body.accessToken)).toMatchObject({
      ...{ sub: shown.id, sid: shown.id, kind: 'service-account', scope: 'organizations:read apps:*' },
      session_exp: Math.floor(Date.parse(shown.expiresAt) / 1_000),
    });
    expect(await read(exchanged.body.accessToken)).toBe(200);
    expect((await list(exchanged.body.accessToken)).status).toBe(403);
    expect((await list()).body.items[0]?.lastUsedAt).not.toBeNull();
  });

  it('survives who made it, and what that person may do', async () => {
    const admin = await joined('admin');
    const { token, id } = (await create({}, admin.accessToken)).body;
    const member = (
      await call<{ items: { id: string; email: string }[] }>('GET', `/v1/memberships?organization=${organizationId}`)
    ).body.items.find(({ email }) => email === admin.email);
    expect((await call('DELETE', `/v1/memberships/${member?.id}`)).status).toBe(204);
    const deactivated = await call('POST', '/v1/me/deactivation', { token: admin.accessToken });
    expect(deactivated.status).toBe(204);
    expect(await read(await accessOf(token))).toBe(200);
    expect((await list()).body.items).toMatchObject([{ id, createdBy: decodeJwt(admin.accessToken).sub }]);
  });

  it('that is revoked is worthless at once, and soon so is what it was exchanged for', async () => {
    const { id, token } = await made();
    const accessToken = await accessOf(token);
    expect(await read(accessToken)).toBe(200);
    expect((await revoke(id)).status).toBe(204);
    expect((await exchange(token)).status).toBe(401);
    await eventually(async () => expect(await read(accessToken)).toBe(401));
    expect((await revoke(id)).status).toBe(404);
    const roles = await identity.database.query('select from membership where user_id = $1', [id]);
    expect(roles).toEqual([]);
  });

  it('can be given up by whoever has it, and introspected by machines of its organization until then', async () => {
    const { token } = await made({ scopes: ['apps:read'] });
    const machine = { organizationId, name: 'asks', role: 'viewer' };
    const account = await call<{ id: string }>('POST', '/v1/service-accounts', { body: machine });
    const path = `/v1/service-accounts/${account.body.id}/secrets`;
    const secret = await call<{ clientId: string; clientSecret: string }>('POST', path, { body: {} });
    const client = { client_id: secret.body.clientId, client_secret: secret.body.clientSecret };
    const send = async (route: string, fields: Record<string, string>) => {
      const body = new URLSearchParams(fields);
      const response = await fetch(`${identity.service.url}/v1/oauth/${route}`, { method: 'POST', body });
      return response.text();
    };
    const asked = async () => JSON.parse(await send('introspect', { token, ...client })) as object;
    expect(await asked()).toMatchObject({ active: true, scope: 'apps:read', token_type: 'api_token' });
    await send('revoke', { token });
    expect(await asked()).toEqual({ active: false });
    expect((await exchange(token)).status).toBe(401);
  });

  it('ends when it was said to, and makes room for another one with its role', async () => {
    const short = await made({ expiresInDays: 1 });
    expect((await exchange(short.token)).status).toBe(200);
    // Sessions last longer, but their proof and access tokens do not.
    clock.forward(OVER_A_DAY_MS);
    try {
      expect(await exchange(short.token)).toMatchObject({ status: 401, body: { code: 'api_token_invalid' } });
      const again = (await identity.login(owner.email, owner.password)).body.accessToken;
      const next = (await create({}, again)).body;
      expect((await list(again)).body.items.map(({ id }) => id)).toEqual([next.id]);
      expect(await identity.database.query('select from membership where user_id = $1', [short.id])).toEqual([]);
    } finally {
      clock.forward(-OVER_A_DAY_MS);
    }
  });

  it('that has ended leaves what every service knows of roles, by the platform, and takes its access tokens with it', async () => {
    const [{ id }, other] = [await made({ expiresInDays: 1 }), await made({ expiresInDays: 3 })];
    const roles = () =>
      identity.database.query<{ id: string }>(
        'select subject_id as id from access_membership where subject_id = any($1) order by id',
        [[id, other.id]],
      );
    await eventually(async () => expect(await roles()).toEqual([{ id }, { id: other.id }]));
    clock.forward(OVER_A_DAY_MS);
    try {
      await identity.database.transaction((tx) => queue().enqueue(tx, TOKEN_END_QUEUE, TOKEN_END_KEY));
      await eventually(async () => expect(await roles()).toEqual([{ id: other.id }]));
    } finally {
      clock.forward(-OVER_A_DAY_MS);
    }
    const revoked = 'select session_id as id from access_revoked_session where session_id = any($1)';
    await eventually(async () => expect(await identity.database.query(revoked, [[id, other.id]])).toEqual([{ id }]));
    const [entry] = await identity.database.query(
      `select action, actor ->> 'kind' as by from audit_entry where target ->> 'id' = $1 order by sequence desc`,
      [id],
    );
    expect(entry).toEqual({ action: 'organization-tokens:delete', by: 'platform' });
  });

  it('is nobody’s who has no right there: strangers see none and revoke none', async () => {
    const [{ id, token }, stranger] = [await made(), await identity.person()];
    for (const answer of [await revoke(id, stranger.accessToken), await create({}, stranger.accessToken)])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await list(stranger.accessToken)).status).toBe(404);
    const viewer = await joined('viewer');
    expect((await list(viewer.accessToken)).status).toBe(200);
    for (const answer of [await revoke(id, viewer.accessToken), await create({}, viewer.accessToken)])
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    for (const text of [newOrganizationToken(), `${token}x`, token.replace('berthorg_', 'berth_')])
      expect((await exchange(text)).status).toBe(401);
    expect((await exchange(token)).status).toBe(200);
  });
});

describe('whoever makes one', () => {
  /** May make tokens, and has what apps are read with beside it. */
  async function maker(): Promise<Person> {
    const permissions = ['organization-tokens:create', 'memberships:create', 'apps:read', 'organizations:read'];
    const role = await call<{ id: string }>('POST', '/v1/roles', {
      body: { organizationId, name: 'maker', permissions },
    });
    const person = await identity.person();
    const by = { token: owner.accessToken, headers: { 'berth-access': access } };
    const answer = await identity.join(person, { organizationId, role: 'custom', roleId: role.body.id }, by);
    expect(answer.status).toBe(201);
    access = answer.headers.get('berth-access') ?? access;
    return person;
  }

  it('gives no scope that they do not have, whatever role it is in', async () => {
    const { accessToken } = await maker();
    for (const scopes of [['*'], ['apps:*'], ['apps:read', 'apps:create']])
      expect(await create({ scopes }, accessToken)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const { status, body } = await create({ scopes: ['apps:read'] }, accessToken);
    expect(status).toBe(201);
    expect(decodeJwt(await accessOf(body.token))['scope']).toBe('apps:read');
    expect(await read(await accessOf(body.token))).toBe(403);
  });

  it('is a person who was proven a short while ago: no token of any kind makes another one', async () => {
    const apiToken = await identity.call<{ token: string }>('POST', '/v1/api-tokens', {
      token: owner.accessToken,
      body: { name: 'ci', scopes: ['*'] },
    });
    const admin = await made({ role: 'admin' });
    for (const text of [apiToken.body.token, admin.token])
      expect(await create({}, await accessOf(text))).toMatchObject({
        ...{ status: 403, body: { code: 'step_up_required' } },
      });
  });

  it('is recorded with it, in the trail of the organization, without the token', async () => {
    const { id, token } = await made({ scopes: ['apps:read'] });
    await revoke(id);
    const rows = await identity.database.query<{ action: string; row: string }>(
      `select entry ->> 'action' as action, entry::text as row from
         (select row_to_json(audit_entry) as entry from audit_entry where organization_id = $1 order by sequence) as e`,
      [organizationId],
    );
    expect(rows.map(({ action }) => action).filter((action) => action.startsWith('organization-tokens'))).toEqual([
      ...['organization-tokens:create', 'organization-tokens:delete'],
    ]);
    const tables = ['organization_token', 'audit_entry', 'outbox', 'idempotency_key'];
    const stored = await Promise.all(
      tables.map((table) =>
        identity.database.query<{ row: string }>(`select row_to_json(t)::text as row from ${table} t`),
      ),
    );
    const text = stored
      .flat()
      .map(({ row }) => row)
      .join('\n');
    expect(text).toContain(id);
    expect(text).not.toContain(token);
  });

  it.each([
    [{ scopes: [] }, 'validation_failed', '/scopes'],
    [{ name: '' }, 'validation_failed', '/name'],
    [{ role: 'owner' }, 'validation_failed', '/role'],
    [
      { role: 'billing', scope: { kind: 'project', id: '019a0000-0000-7000-8000-000000000000' } },
      'validation_failed',
      '/role',
    ],
    [{ expiresInDays: 366 }, 'validation_failed', '/expiresInDays'],
    [{ scopes: ['apps:read', 'ships:sink'] }, 'organization_token_scope_empty', '/scopes/1'],
    [{ role: 'viewer', scopes: ['apps:create'] }, 'organization_token_scope_empty', '/scopes/0'],
  ])('makes none of %j', async (body, code, pointer) => {
    expect(await create(body)).toMatchObject({ status: 422, body: { code, errors: [{ pointer }] } });
    expect((await list()).body.items).toEqual([]);
  });

  it('makes at most fifty, also when many are made at once', async () => {
    const all = await Promise.all(Array.from({ length: 55 }, () => create()));
    const statuses = all.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 409)).toHaveLength(5);
  });
});
