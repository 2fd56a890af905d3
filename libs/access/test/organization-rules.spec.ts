import { randomUUID } from 'node:crypto';
import {
  groupChanged,
  groupDeleted,
  membershipGranted,
  organizationDeleted,
  organizationResumed,
  organizationSecurityChanged,
  organizationSuspended,
  roleChanged,
  roleDefined,
  roleDeleted,
} from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestIdentity, type TestTokenOptions } from '../src/testing.js';
import { IdentityEvents } from './fixtures/identity-events.js';
import { probe } from './fixtures/probe.service-definition.js';

let service: TestService;
let identity: TestIdentity;
let say: IdentityEvents;
beforeAll(async () => {
  service = await startTestService(probe);
  identity = await TestIdentity.create(service.database);
  say = new IdentityEvents(service.app.get<EventBus>(EVENT_BUS));
});
afterAll(() => service.close());

/** An organization that services have heard of, with its owner. */
class Tenant {
  readonly id = randomUUID();
  readonly owner = randomUUID();
  private version = 0;

  static async create(): Promise<Tenant> {
    const tenant = new Tenant();
    await say.created(tenant.id, tenant.owner);
    tenant.version = (await say.granted(tenant.id, tenant.owner, 'owner')).version;
    return tenant;
  }

  readonly place = { kind: 'organization' as const, id: this.id };

  async hear(definition: Parameters<IdentityEvents['about']>[0], rest: object = {}): Promise<void> {
    this.version = (await say.about(definition, this.id, rest)).version;
  }

  async snapshot(
    ...[members, more]: [Parameters<IdentityEvents['snapshot']>[1], Parameters<IdentityEvents['snapshot']>[3]]
  ) {
    this.version = (await say.snapshot(this.id, members, {}, more)).version;
  }

  /** Statuses of a read and of a write. */
  async tries(subjectId: string, options: TestTokenOptions = {}): Promise<[read: number, write: number]> {
    const token = await identity.token({ subjectId, ...options });
    const headers = { authorization: `Bearer ${token}`, 'berth-access': `${this.id}@${this.version}` };
    const ask = async (method: string) =>
      (await fetch(`${service.url}/v1/projects/${this.id}`, { method, headers })).status;
    return [await ask('GET'), await ask('POST')];
  }
}

describe('a role that an organization defines', () => {
  it('allows what it names, follows its changes, and nothing once it is gone', async () => {
    const tenant = await Tenant.create();
    const [member, roleId] = [randomUUID(), randomUUID()];
    await tenant.hear(roleDefined, { roleId, permissions: ['projects:read', 'no-such:permission'] });
    await tenant.hear(membershipGranted, { subjectId: member, scope: tenant.place, role: 'custom', roleId });
    expect(await tenant.tries(member)).toEqual([200, 403]);
    await tenant.hear(roleChanged, { roleId, permissions: ['projects:create'] });
    expect(await tenant.tries(member)).toEqual([403, 204]);
    await tenant.hear(roleDeleted, { roleId });
    expect(await tenant.tries(member)).toEqual([403, 403]);
  });

  it('of one organization is nothing in another', async () => {
    const [one, other] = [await Tenant.create(), await Tenant.create()];
    const [member, roleId] = [randomUUID(), randomUUID()];
    await one.hear(roleDefined, { roleId, permissions: ['projects:read'] });
    await other.hear(membershipGranted, { subjectId: member, scope: other.place, role: 'custom', roleId });
    expect(await other.tries(member)).toEqual([403, 403]);
  });
});

describe('a group', () => {
  it('gives what it has to whoever is in it, as long as they are', async () => {
    const tenant = await Tenant.create();
    const [one, other, groupId] = [randomUUID(), randomUUID(), randomUUID()];
    const grants = [{ scope: tenant.place, role: 'viewer' as const }];
    await tenant.hear(groupChanged, { groupId, memberIds: [one], grants });
    expect([await tenant.tries(one), await tenant.tries(other)]).toEqual([
      [200, 403],
      [404, 404],
    ]);
    const more = [{ scope: tenant.place, role: 'admin' as const }];
    await tenant.hear(groupChanged, { groupId, memberIds: [other], grants: more });
    expect([await tenant.tries(one), await tenant.tries(other)]).toEqual([
      [404, 404],
      [200, 204],
    ]);
    await tenant.hear(groupDeleted, { groupId });
    expect(await tenant.tries(other)).toEqual([404, 404]);
  });

  it('may have a role that the organization defined', async () => {
    const tenant = await Tenant.create();
    const [member, groupId, roleId] = [randomUUID(), randomUUID(), randomUUID()];
    await tenant.hear(roleDefined, { roleId, permissions: ['projects:create'] });
    const grants = [{ scope: tenant.place, role: 'custom' as const, roleId }];
    await tenant.hear(groupChanged, { groupId, memberIds: [member], grants });
    expect(await tenant.tries(member)).toEqual([403, 204]);
  });

  it('shows its organization in the list of whoever is in it', async () => {
    const tenant = await Tenant.create();
    const member = randomUUID();
    const grants = [{ scope: tenant.place, role: 'viewer' as const }];
    await tenant.hear(groupChanged, { groupId: randomUUID(), memberIds: [member], grants });
    await tenant.tries(member);
    const headers = { authorization: `Bearer ${await identity.token({ subjectId: member })}` };
    const list = await fetch(`${service.url}/v1/organizations`, { headers });
    expect(await list.json()).toEqual([tenant.id]);
  });
});

describe('an organization that is suspended', () => {
  it('can be read by its members, and worked in again once it is resumed', async () => {
    const tenant = await Tenant.create();
    await tenant.hear(organizationSuspended);
    expect(await tenant.tries(tenant.owner)).toEqual([200, 403]);
    expect(await tenant.tries(randomUUID())).toEqual([404, 404]);
    await tenant.hear(organizationResumed);
    expect(await tenant.tries(tenant.owner)).toEqual([200, 204]);
  });
});

describe('an organization that asks for a second factor', () => {
  it('lets in sessions that have shown one', async () => {
    const tenant = await Tenant.create();
    await tenant.hear(organizationSecurityChanged, { secondFactorRequired: true });
    expect(await tenant.tries(tenant.owner)).toEqual([403, 403]);
    expect(await tenant.tries(tenant.owner, { secondFactor: true })).toEqual([200, 204]);
    await tenant.hear(organizationSecurityChanged, { secondFactorRequired: false });
    expect(await tenant.tries(tenant.owner)).toEqual([200, 204]);
  });
});

describe('an organization that is deleted', () => {
  it("is nobody's any more", async () => {
    const tenant = await Tenant.create();
    const [member, groupId] = [randomUUID(), randomUUID()];
    const grants = [{ scope: tenant.place, role: 'viewer' as const }];
    await tenant.hear(groupChanged, { groupId, memberIds: [member], grants });
    await tenant.hear(organizationDeleted);
    expect([await tenant.tries(tenant.owner), await tenant.tries(member)]).toEqual([
      [404, 404],
      [404, 404],
    ]);
  });
});

it('a snapshot states roles, groups and rules, too, and whatever it does not name is gone', async () => {
  const tenant = await Tenant.create();
  const [member, before, roleId, groupId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  await tenant.hear(groupChanged, {
    groupId: randomUUID(),
    memberIds: [before],
    grants: [{ scope: tenant.place, role: 'admin' as const }],
  });
  const organizationId = tenant.id;
  await tenant.snapshot(
    { [tenant.owner]: 'owner' },
    {
      status: 'suspended',
      secondFactorRequired: true,
      roles: [{ organizationId, roleId, permissions: ['projects:read'] }],
      groups: [
        { organizationId, groupId, memberIds: [member], grants: [{ scope: tenant.place, role: 'custom', roleId }] },
      ],
    },
  );
  expect(await tenant.tries(before)).toEqual([404, 404]);
  expect(await tenant.tries(member)).toEqual([403, 403]);
  expect(await tenant.tries(member, { secondFactor: true })).toEqual([200, 403]);
  expect(await tenant.tries(tenant.owner, { secondFactor: true })).toEqual([200, 403]);
  await tenant.snapshot({ [tenant.owner]: 'owner' }, {});
  expect(await tenant.tries(tenant.owner)).toEqual([200, 204]);
  expect(await tenant.tries(member)).toEqual([404, 404]);
});
