import { randomUUID } from 'node:crypto';
import type { CustomRoleView, GroupView } from '@berth/contracts/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService, type Joining, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start();
});
afterAll(() => identity.close());

/** An organization, and requests that see each other's effects. */
class Tenant {
  private seen: Record<string, string> = {};

  private constructor(
    readonly owner: Person,
    readonly id: string,
  ) {}

  static async create(): Promise<Tenant> {
    const owner = await identity.person();
    const { organization, access } = await identity.organization(owner.accessToken);
    const tenant = new Tenant(owner, organization.id);
    tenant.seen = { 'berth-access': access };
    return tenant;
  }

  async call<Body = Record<string, unknown>>(method: string, path: string, body?: unknown, by: Person = this.owner) {
    const headers = { ...this.seen, 'if-match': '*' };
    const answer = await identity.call<Body>(method, path, { token: by.accessToken, body, headers });
    const access = answer.headers.get('berth-access');
    if (access) this.seen = { 'berth-access': access };
    return answer;
  }

  role = (name: string, permissions: string[], by?: Person) =>
    this.call<CustomRoleView>('POST', '/v1/roles', { organizationId: this.id, name, permissions }, by);

  group = (name: string, more: object = {}, by?: Person) =>
    this.call<GroupView>('POST', '/v1/groups', { organizationId: this.id, name, ...more }, by);

  async add(person: Person, role: string, more: Partial<Joining> = {}, by: Person = this.owner) {
    const options = { token: by.accessToken, headers: this.seen };
    const answer = await identity.join(person, { organizationId: this.id, role, ...more }, options);
    const access = answer.headers.get('berth-access');
    if (access) this.seen = { 'berth-access': access };
    return answer;
  }

  invite = (role: string, by: Person) =>
    this.call('POST', '/v1/invitations', { organizationId: this.id, email: 'guest@example.com', role }, by);

  machine = (role: string, by: Person) =>
    this.call('POST', '/v1/service-accounts', { organizationId: this.id, name: 'robot', role }, by);

  async member(role: string, more: Partial<Joining> = {}): Promise<Person & { membershipId: string; userId: string }> {
    const person = await identity.person();
    const added = await this.add(person, role, more);
    expect(added.status).toBe(201);
    return { ...person, membershipId: added.body.id, userId: added.body.userId };
  }

  readonly scope = () => ({ kind: 'organization', id: this.id });
}

describe("a role of an organization's own", () => {
  it('is defined, given, changed, taken back and deleted', async () => {
    const tenant = await Tenant.create();
    const { status, body: role, headers } = await tenant.role('auditor', ['audit:read', 'organizations:read']);
    expect([status, headers.get('location')]).toEqual([201, `/v1/roles/${role.id}`]);
    const auditor = await tenant.member('custom', { roleId: role.id });
    const audit = () => tenant.call('GET', `/v1/audit?organization=${tenant.id}`, undefined, auditor);
    expect((await audit()).status).toBe(200);
    const changed = await tenant.call('PATCH', `/v1/roles/${role.id}`, { permissions: ['organizations:read'] });
    expect(changed).toMatchObject({ status: 200, body: { permissions: ['organizations:read'] } });
    expect((await audit()).status).toBe(403);
    expect(await tenant.call('DELETE', `/v1/roles/${role.id}`)).toMatchObject({
      status: 409,
      body: { code: 'role_in_use' },
    });
    expect((await tenant.call('PATCH', `/v1/memberships/${auditor.membershipId}`, { role: 'viewer' })).status).toBe(
      200,
    );
    expect((await tenant.call('DELETE', `/v1/roles/${role.id}`)).status).toBe(204);
    expect((await tenant.call('GET', `/v1/roles/${role.id}`)).status).toBe(404);
  });

  it.each([
    ['a permission that there is not', ['apps:read', 'apps:eat'], '/permissions/1'],
    ['what only owners may do', ['memberships:own'], '/permissions/0'],
    ['what only the platform may do', ['quotas:update'], '/permissions/0'],
  ])('cannot hold %s', async (_, permissions, pointer) => {
    const tenant = await Tenant.create();
    expect(await tenant.role('odd', permissions)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('goes on when it names what once was a permission: it is read, changed and given', async () => {
    const tenant = await Tenant.create();
    const held = ['audit:read', 'builds:create', 'routes:read'];
    const { status, body: role } = await tenant.role('from-before', held);
    expect([status, role.permissions]).toEqual([201, held]);
    const changed = await tenant.call('PATCH', `/v1/roles/${role.id}`, { permissions: held });
    expect(changed).toMatchObject({ status: 200, body: { permissions: held } });
    const auditor = await tenant.member('custom', { roleId: role.id });
    expect((await tenant.call('GET', `/v1/audit?organization=${tenant.id}`, undefined, auditor)).status).toBe(200);
    expect(await tenant.role('made-up', ['builds:make'])).toMatchObject({ body: { code: 'permission_unknown' } });
  });

  it('has a name of its own in its organization', async () => {
    const [one, other] = [await Tenant.create(), await Tenant.create()];
    expect((await one.role('ops', [])).status).toBe(201);
    expect(await one.role('ops', [])).toMatchObject({ status: 409, body: { code: 'role_name_taken' } });
    expect((await other.role('ops', [])).status).toBe(201);
  });

  it('of another organization cannot be given, and one that is none neither', async () => {
    const [one, other] = [await Tenant.create(), await Tenant.create()];
    const { body: foreign } = await other.role('ops', []);
    const person = await identity.person();
    for (const roleId of [foreign.id, randomUUID()])
      expect(await one.add(person, 'custom', { roleId })).toMatchObject({
        status: 422,
        body: { code: 'role_unknown' },
      });
    expect((await one.add(person, 'custom')).status).toBe(422);
    expect((await one.add(person, 'viewer', { roleId: foreign.id })).status).toBe(422);
  });
});

describe('nobody gives what they do not have', () => {
  it('by a role, a membership or a group', async () => {
    const tenant = await Tenant.create();
    const may = [
      'memberships:create',
      'memberships:update',
      'service-accounts:create',
      'roles:update',
      'groups:update',
      'roles:read',
      'groups:read',
    ];
    const { body: clerk } = await tenant.role('clerk', may);
    const person = await tenant.member('custom', { roleId: clerk.id });
    const friend = await tenant.member('viewer');
    const stranger = await identity.person();
    const refused = [
      await tenant.role('more', ['secrets:read'], person),
      await tenant.call('PATCH', `/v1/roles/${clerk.id}`, { permissions: [...may, 'secrets:read'] }, person),
      await tenant.add(stranger, 'viewer', {}, person),
      await tenant.add(stranger, 'admin', {}, person),
      await tenant.add(stranger, 'owner', {}, person),
      await tenant.invite('admin', person),
      await tenant.machine('admin', person),
      await tenant.call('PATCH', `/v1/memberships/${friend.membershipId}`, { role: 'admin' }, person),
      await tenant.group(
        'more',
        { memberIds: [person.userId], grants: [{ scope: tenant.scope(), role: 'admin' }] },
        person,
      ),
    ];
    expect(refused.map(({ status, body }) => [status, (body as { code?: string }).code])).toEqual(
      refused.map(() => [403, 'forbidden']),
    );
    await tenant.add(stranger, 'viewer', { scope: { kind: 'environment', id: randomUUID() } });
    const given = { organizationId: tenant.id, email: stranger.email, role: 'custom', roleId: clerk.id };
    expect((await tenant.call('POST', '/v1/memberships', given, person)).status).toBe(201);
    expect((await tenant.role('less', ['roles:read'], person)).status).toBe(201);
  });

  it('nor joins people, themselves among them, to a group that has more', async () => {
    const tenant = await Tenant.create();
    const { body: clerk } = await tenant.role('clerk', ['groups:update', 'groups:read']);
    const person = await tenant.member('custom', { roleId: clerk.id });
    const { body: admins } = await tenant.group('admins', { grants: [{ scope: tenant.scope(), role: 'admin' }] });
    const joined = await tenant.call('PATCH', `/v1/groups/${admins.id}`, { memberIds: [person.userId] }, person);
    expect(joined.status).toBe(403);
  });
});

describe('a group', () => {
  it('gives its roles to its members, also those that the organization defined', async () => {
    const tenant = await Tenant.create();
    const member = await tenant.member('viewer');
    const { body: role } = await tenant.role('auditor', ['audit:read']);
    const grants = [{ scope: tenant.scope(), role: 'custom', roleId: role.id }];
    const { body: group, status } = await tenant.group('auditors', { memberIds: [member.userId], grants });
    expect(status).toBe(201);
    const audit = () => tenant.call('GET', `/v1/audit?organization=${tenant.id}`, undefined, member);
    expect((await audit()).status).toBe(200);
    expect((await tenant.call('DELETE', `/v1/roles/${role.id}`)).status).toBe(409);
    expect((await tenant.call('PATCH', `/v1/groups/${group.id}`, { memberIds: [] })).status).toBe(200);
    expect((await audit()).status).toBe(403);
    expect((await tenant.call('DELETE', `/v1/groups/${group.id}`)).status).toBe(204);
    expect((await tenant.call('DELETE', `/v1/roles/${role.id}`)).status).toBe(204);
  });

  it('has members of the organization only, and loses those who leave it', async () => {
    const tenant = await Tenant.create();
    const [member, stranger] = [await tenant.member('viewer'), await identity.person()];
    const [{ id } = { id: '' }] = await identity.database.query<{ id: string }>(
      'select id from app_user where email = $1',
      [stranger.email],
    );
    expect(await tenant.group('odd', { memberIds: [member.userId, id] })).toMatchObject({
      status: 422,
      body: { code: 'group_member_unknown', errors: [{ pointer: '/memberIds/1' }] },
    });
    const grants = [{ scope: tenant.scope(), role: 'admin' }];
    const { body: robot } = await tenant.machine('viewer', tenant.owner);
    expect(await tenant.group('odd', { memberIds: [robot['id']] })).toMatchObject({
      status: 422,
      body: { code: 'group_member_unknown', errors: [{ pointer: '/memberIds/0' }] },
    });
    const { body: group } = await tenant.group('all', { memberIds: [member.userId], grants });
    expect((await tenant.call('DELETE', `/v1/memberships/${member.membershipId}`)).status).toBe(204);
    expect((await tenant.call<GroupView>('GET', `/v1/groups/${group.id}`)).body.memberIds).toEqual([]);
    expect((await tenant.call('GET', `/v1/organizations/${tenant.id}`, undefined, member)).status).toBe(404);
  });

  it.each([
    ['an owner', { role: 'owner' }],
    ['a custom role that is not named', { role: 'custom' }],
    ['billing on a project', { role: 'billing', scope: { kind: 'project', id: randomUUID() } }],
  ])('is refused as %s', async (_, grant) => {
    const tenant = await Tenant.create();
    const grants = [{ scope: tenant.scope(), ...grant }];
    expect((await tenant.group('odd', { grants })).status).toBe(422);
  });

  it('has one role at each place, as a member does', async () => {
    const tenant = await Tenant.create();
    const two = ['viewer', 'billing'].map((role) => ({ scope: tenant.scope(), role }));
    const refused = { status: 422, body: { errors: [{ pointer: '/grants' }] } };
    expect(await tenant.group('both', { grants: two })).toMatchObject(refused);
    const { body: group } = await tenant.group('one', { grants: two.slice(1) });
    expect(await tenant.call('PATCH', `/v1/groups/${group.id}`, { grants: two })).toMatchObject(refused);
    const elsewhere = { scope: { kind: 'project', id: randomUUID() }, role: 'viewer' };
    expect((await tenant.call('PATCH', `/v1/groups/${group.id}`, { grants: [two[0], elsewhere] })).status).toBe(200);
    // What was said of it stops nothing: the organization's access goes on.
    const member = await tenant.member('viewer');
    expect((await tenant.call('GET', `/v1/organizations/${tenant.id}`, undefined, member)).status).toBe(200);
  });
});
