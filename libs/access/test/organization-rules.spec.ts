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
import { patient, startTestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probe } from './fixtures/probe.service-definition.js';
import { type Stage, stageOf, Tenant } from './fixtures/tenant.js';

let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(await startTestService(probe, patient));
});
afterAll(() => stage.service.close());

describe('a role that an organization defines', () => {
  it('allows what it names, follows its changes, and nothing once it is gone', async () => {
    const tenant = await Tenant.create(stage);
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
    const [one, other] = [await Tenant.create(stage), await Tenant.create(stage)];
    const [member, roleId] = [randomUUID(), randomUUID()];
    await one.hear(roleDefined, { roleId, permissions: ['projects:read'] });
    await other.hear(membershipGranted, { subjectId: member, scope: other.place, role: 'custom', roleId });
    expect(await other.tries(member)).toEqual([403, 403]);
  });
});

describe('a group', () => {
  it('gives what it has to whoever is in it, as long as they are', async () => {
    const tenant = await Tenant.create(stage);
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
    const tenant = await Tenant.create(stage);
    const [member, groupId, roleId] = [randomUUID(), randomUUID(), randomUUID()];
    await tenant.hear(roleDefined, { roleId, permissions: ['projects:create'] });
    const grants = [{ scope: tenant.place, role: 'custom' as const, roleId }];
    await tenant.hear(groupChanged, { groupId, memberIds: [member], grants });
    expect(await tenant.tries(member)).toEqual([403, 204]);
  });

  it('shows its organization in the list of whoever is in it', async () => {
    const tenant = await Tenant.create(stage);
    const member = randomUUID();
    const grants = [{ scope: tenant.place, role: 'viewer' as const }];
    await tenant.hear(groupChanged, { groupId: randomUUID(), memberIds: [member], grants });
    await tenant.tries(member);
    expect((await tenant.ask('GET', 'organizations', await tenant.token(member))).body).toEqual([tenant.id]);
  });
});

describe('an organization that is suspended', () => {
  it('can be read by its members, and worked in again once it is resumed', async () => {
    const tenant = await Tenant.create(stage);
    await tenant.hear(organizationSuspended);
    expect(await tenant.tries(tenant.owner)).toEqual([200, 403]);
    expect(await tenant.tries(randomUUID())).toEqual([404, 404]);
    await tenant.hear(organizationResumed);
    expect(await tenant.tries(tenant.owner)).toEqual([200, 204]);
  });
});

describe('an organization that asks for a second factor', () => {
  it('lets in sessions that have shown one', async () => {
    const tenant = await Tenant.create(stage);
    await tenant.hear(organizationSecurityChanged, { secondFactorRequired: true });
    expect(await tenant.tries(tenant.owner)).toEqual([403, 403]);
    expect(await tenant.tries(tenant.owner, { secondFactor: true })).toEqual([200, 204]);
    await tenant.hear(organizationSecurityChanged, { secondFactorRequired: false });
    expect(await tenant.tries(tenant.owner)).toEqual([200, 204]);
  });
});

describe('an organization that is deleted', () => {
  it("is nobody's any more", async () => {
    const tenant = await Tenant.create(stage);
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
  const tenant = await Tenant.create(stage);
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
