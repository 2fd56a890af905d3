import { randomUUID } from 'node:crypto';
import type { Role } from '@berth/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService, type Person } from './fixtures/identity-service.js';
import { Tenant } from './fixtures/tenant.js';

type Actor = Role | 'stranger' | 'neighbour' | 'nobody';

const isOwners = ['admin', 'developer', 'viewer', 'billing'] as const;
const isAdmins = ['developer', 'viewer', 'billing'] as const;

interface Command {
  readonly method: string;
  readonly path: () => string;
  readonly body?: () => object;
  /** Members to whom it is refused; everybody outside is told that there is nothing. */
  readonly refusedTo: readonly Role[];
}

/** Rows that the commands would change. */
const TABLES = [
  ...['membership', 'custom_role', 'user_group', 'service_account', 'client_secret', 'invitation'],
  ...['organization_token', 'organization'],
];

let identity: IdentityService;
let tenant: Tenant;
const actors = new Map<Actor, Person | undefined>();
const ids: Record<string, string> = {};

beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9' });
  tenant = await Tenant.founded(identity);
  for (const role of isOwners) actors.set(role, await tenant.member(role));
  actors.set('stranger', await identity.person());
  actors.set('neighbour', (await Tenant.founded(identity)).owner);
  actors.set('nobody', undefined);
  ids['membership'] = (await tenant.member('viewer')).membershipId;
  const make = async (name: string, path: string, body: object) => {
    const made = await tenant.call<{ id: string }>('POST', `/v1/${path}`, { body });
    expect([name, made.status]).toEqual([name, 201]);
    ids[name] = made.body.id;
  };
  const organizationId = tenant.id;
  await make('role', 'roles', { organizationId, name: 'ops', permissions: [] });
  await make('group', 'groups', { organizationId, name: 'all' });
  await make('account', 'service-accounts', { organizationId, name: 'robot', role: 'viewer' });
  await make('secret', `service-accounts/${ids['account']}/secrets`, {});
  await make('invitation', 'invitations', { organizationId, email: 'guest@example.com', role: 'viewer' });
  const token = { organizationId, name: 'ci', role: 'viewer', scopes: ['apps:read'] };
  await make('token', 'organization-tokens', token);
});
afterAll(() => identity.close());

const at = (collection: string, name: string) => () => `/v1/${collection}/${ids[name]}`;
const here = (more: object) => () => ({ organizationId: tenant.id, ...more });
const guest = { email: 'other@example.com', role: 'viewer' };

const commands: Record<string, Command> = {
  'defining a role': {
    ...{ method: 'POST', path: () => '/v1/roles', refusedTo: isAdmins },
    body: here({ name: 'mine', permissions: [] }),
  },
  'changing a role': {
    ...{ method: 'PATCH', path: at('roles', 'role'), refusedTo: isAdmins },
    body: () => ({ permissions: ['apps:read'] }),
  },
  'deleting a role': { method: 'DELETE', path: at('roles', 'role'), refusedTo: isAdmins },
  'making a group': {
    ...{ method: 'POST', path: () => '/v1/groups', refusedTo: isAdmins },
    body: here({ name: 'mine' }),
  },
  'changing a group': {
    ...{ method: 'PATCH', path: at('groups', 'group'), refusedTo: isAdmins },
    body: () => ({ memberIds: [] }),
  },
  'deleting a group': { method: 'DELETE', path: at('groups', 'group'), refusedTo: isAdmins },
  'making a service account': {
    ...{ method: 'POST', path: () => '/v1/service-accounts', refusedTo: isAdmins },
    body: here({ name: 'mine', role: 'viewer' }),
  },
  'deleting a service account': {
    ...{ method: 'DELETE', path: at('service-accounts', 'account'), refusedTo: isAdmins },
  },
  'making a secret of a service account': {
    ...{ method: 'POST', path: () => `/v1/service-accounts/${ids['account']}/secrets`, refusedTo: isAdmins },
    body: () => ({}),
  },
  'revoking a secret of a service account': {
    ...{ method: 'DELETE', path: () => `/v1/service-accounts/${ids['account']}/secrets/${ids['secret']}` },
    refusedTo: isAdmins,
  },
  'inviting somebody': {
    ...{ method: 'POST', path: () => '/v1/invitations', refusedTo: isAdmins },
    body: here(guest),
  },
  'sending an invitation again': {
    ...{ method: 'POST', path: () => `/v1/invitations/${ids['invitation']}/resend`, refusedTo: isAdmins },
  },
  'taking an invitation back': { method: 'DELETE', path: at('invitations', 'invitation'), refusedTo: isAdmins },
  'making a token of the organization': {
    ...{ method: 'POST', path: () => '/v1/organization-tokens', refusedTo: isAdmins },
    body: here({ name: 'mine', role: 'viewer', scopes: ['apps:read'] }),
  },
  'revoking a token of the organization': {
    ...{ method: 'DELETE', path: at('organization-tokens', 'token'), refusedTo: isAdmins },
  },
  'removing a member': { method: 'DELETE', path: at('memberships', 'membership'), refusedTo: isAdmins },
  'handing the organization over': {
    ...{ method: 'POST', path: () => `/v1/organizations/${tenant.id}/transfer`, refusedTo: isOwners },
    body: () => ({ userId: randomUUID() }),
  },
  'deleting the organization': {
    ...{ method: 'POST', path: () => `/v1/organizations/${tenant.id}/deletion`, refusedTo: isOwners },
    body: () => ({ slug: 'whatever' }),
  },
  'taking the deletion of the organization back': {
    ...{ method: 'DELETE', path: () => `/v1/organizations/${tenant.id}/deletion`, refusedTo: isOwners },
  },
};

const stored = () =>
  Promise.all(TABLES.map((table) => identity.database.query(`select * from ${table} order by id::text`)));

describe.each(Object.entries(commands))('%s', (_, { method, path, body, refusedTo }) => {
  const answer = async (by: Person | undefined, where = path()) => {
    const { status, body: problem } = await tenant.call<{ code?: string } | undefined>(method, where, {
      token: by?.accessToken,
      body: body?.(),
      headers: { 'if-match': '*' },
    });
    return [status, problem?.code];
  };

  it('is refused to members without the right to it, is not there for others, and leaves everything as it was', async () => {
    const before = await stored();
    for (const role of refusedTo) expect([role, ...(await answer(actors.get(role)))]).toEqual([role, 403, 'forbidden']);
    for (const outsider of ['stranger', 'neighbour'] as const)
      expect([outsider, ...(await answer(actors.get(outsider)))]).toEqual([outsider, 404, 'not_found']);
    expect((await answer(actors.get('nobody')))[0]).toBe(401);
    expect(await stored()).toEqual(before);
  });

  it('tells a stranger of what there is and of what never was in the same words', async () => {
    const told = async (where: string, organizationId: string) => {
      const { status, body: problem } = await tenant.call<{ title: string; code: string; detail?: string }>(
        method,
        where,
        {
          token: actors.get('stranger')?.accessToken,
          body: body && { ...body(), ...('organizationId' in body() ? { organizationId } : {}) },
          headers: { 'if-match': '*' },
        },
      );
      return { status, title: problem.title, code: problem.code, detail: problem.detail };
    };
    const never = path().replace(/[0-9a-f-]{36}/g, () => randomUUID());
    expect(await told(path(), tenant.id)).toEqual(await told(never, randomUUID()));
  });
});
