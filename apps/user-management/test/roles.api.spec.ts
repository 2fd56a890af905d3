import type { Quota, Role } from '@berth/contracts/events';
import type { MemberView } from '@berth/contracts/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CallOptions, IdentityService, type Person } from './fixtures/identity-service.js';

type Actor = Role | 'stranger' | 'administrator' | 'nobody';
type Expected = Record<Actor, number>;

/** Every route that is about an organization, for every role: what is answered. */
describe('who may do what', () => {
  let identity: IdentityService;
  let organizationId: string;
  let access: string;
  let target: MemberView;
  let quota: Quota;
  const actors = new Map<Actor, string | undefined>();

  beforeAll(async () => {
    identity = await IdentityService.start({
      BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
    });
    const owner = await identity.person();
    ({
      organization: { id: organizationId },
      access,
    } = await identity.organization(owner.accessToken));
    actors.set('owner', owner.accessToken);
    for (const role of ['admin', 'developer', 'viewer', 'billing'] as const) {
      const person = await identity.person();
      await add(owner, person, role);
      actors.set(role, person.accessToken);
    }
    target = (await add(owner, await identity.person(), 'viewer')).body;
    actors.set('stranger', (await identity.person()).accessToken);
    actors.set('administrator', (await identity.login('root@example.com', 'the first password')).body.accessToken);
    actors.set('nobody', undefined);
    quota = (await call<Quota>('owner', 'GET', `/v1/quotas/${organizationId}`)).body;
  });
  afterAll(() => identity.close());

  const call = <Body = Record<string, unknown>>(
    actor: Actor,
    method: string,
    path: string,
    options: CallOptions = {},
  ) =>
    identity.call<Body>(method, path, {
      ...options,
      token: actors.get(actor),
      headers: { 'berth-access': access, ...options.headers },
    });

  async function add(owner: Person, person: Person, role: Role) {
    const by = { token: owner.accessToken, headers: { 'berth-access': access } };
    const added = await identity.join(person, { organizationId, role }, by);
    access = added.headers.get('berth-access') ?? access;
    return added;
  }

  const members: Omit<Expected, 'administrator'> & { administrator: number } = {
    owner: 200,
    admin: 200,
    developer: 200,
    viewer: 200,
    billing: 200,
    stranger: 404,
    administrator: 200,
    nobody: 401,
  };
  const admins = { developer: 403, viewer: 403, billing: 403 };

  it.each<[string, () => string, Expected]>([
    ['read the organization', () => `/v1/organizations/${organizationId}`, members],
    ['list its members', () => `/v1/memberships?organization=${organizationId}`, members],
    ['read a member', () => `/v1/memberships/${target.id}`, members],
    ['read its quota', () => `/v1/quotas/${organizationId}`, members],
    ['read its audit trail', () => `/v1/audit?organization=${organizationId}`, { ...members, ...admins }],
    [
      'read signing keys',
      () => '/v1/admin/user-management/signing-keys',
      { ...members, ...admins, owner: 403, admin: 403, stranger: 403 },
    ],
  ])('%s', async (_, path, expected) => {
    const answered: Partial<Expected> = {};
    for (const actor of actors.keys()) answered[actor] = (await call(actor, 'GET', path())).status;
    expect(answered).toEqual(expected);
  });

  // Platform administrators operate; they do not act inside an organization that is not theirs.
  const changes = { ...members, ...admins, administrator: 403 };

  it('change a member', async () => {
    const answered: Partial<Expected> = {};
    for (const actor of actors.keys()) {
      const options = { body: { role: 'viewer' }, headers: { 'if-match': '*' } };
      const answer = await call(actor, 'PATCH', `/v1/memberships/${target.id}`, options);
      access = answer.headers.get('berth-access') ?? access;
      answered[actor] = answer.status;
    }
    expect(answered).toEqual(changes);
  });

  it('add a member', async () => {
    const answered: Partial<Expected> = {};
    for (const actor of actors.keys()) {
      const body = { organizationId, email: target.email, role: 'developer' };
      answered[actor] = (await call(actor, 'POST', '/v1/memberships', { body })).status;
    }
    // The person is a member already: who may add is told so.
    expect(answered).toEqual({ ...changes, owner: 409, admin: 409 });
  });

  it('remove a member', async () => {
    const answered: Partial<Expected> = {};
    const last: Actor[] = ['admin', 'owner'];
    for (const actor of [...[...actors.keys()].filter((each) => !last.includes(each)), ...last]) {
      answered[actor] = (await call(actor, 'DELETE', `/v1/memberships/${target.id}`)).status;
    }
    // The admin was first to remove it; there is nothing left for the owner.
    expect(answered).toEqual({ ...changes, admin: 204, owner: 404 });
  });

  it('set the quota', async () => {
    const answered: Partial<Expected> = {};
    for (const actor of actors.keys()) {
      answered[actor] = (await call(actor, 'PUT', `/v1/quotas/${organizationId}`, { body: quota })).status;
    }
    expect(answered).toEqual({ ...members, ...admins, owner: 403, admin: 403 });
  });
});
