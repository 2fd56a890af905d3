import { randomUUID } from 'node:crypto';
import {
  type EventDefinition,
  groupChanged,
  groupDeleted,
  membershipChanged,
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
import { eventually, patient, startTestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probe } from './fixtures/probe.service-definition.js';
import { type Stage, stageOf, Tenant } from './fixtures/tenant.js';

let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(await startTestService(probe, patient));
});
afterAll(() => stage.service.close());

type Said = Awaited<ReturnType<Tenant['hear']>>;

const handled = (...events: Said[]) =>
  eventually(async () => {
    const ids = events.map(({ id }) => id);
    const rows = await stage.service.database.query('select from inbox where event_id = any ($1::uuid[])', [ids]);
    expect(rows).toHaveLength(ids.length);
  });

/** Says an event again: as it was, and as another event of the same version. */
async function again(...events: Said[]): Promise<void> {
  const renamed = events.map((event) => ({ ...event, id: randomUUID() }));
  const messages = [...events, ...renamed].map((event) => ({
    topic: 'berth.user-management',
    key: event.subject,
    event,
  }));
  await stage.service.app.get<EventBus>(EVENT_BUS).publish(messages);
  await handled(...renamed);
}

/** A tenant with somebody in it who has nothing yet, and names for a role and a group. */
async function scene() {
  const tenant = await Tenant.create(stage);
  const [member, roleId, groupId] = [randomUUID(), randomUUID(), randomUUID()];
  const custom = { scope: tenant.place, role: 'custom' as const, roleId };
  return {
    tenant,
    member,
    roleId,
    groupId,
    hear: tenant.hear.bind(tenant),
    tries: () => tenant.tries(member),
    define: (...permissions: string[]) => tenant.hear(roleDefined, { roleId, permissions }),
    change: (...permissions: string[]) => tenant.hear(roleChanged, { roleId, permissions }),
    grant: () => tenant.hear(membershipGranted, { subjectId: member, ...custom }),
    group: (memberIds = [member]) => tenant.hear(groupChanged, { groupId, memberIds, grants: [custom] }),
  };
}
const [readsOnly, writesOnly, both, neither, unknown] = [
  [200, 403],
  [403, 204],
  [200, 204],
  [403, 403],
  [404, 404],
];

describe('what is said of roles and groups', () => {
  it('holds whichever came first, the role or the grant of it', async () => {
    const { define, grant, tries } = await scene();
    await grant();
    expect(await tries()).toEqual(neither);
    await define('projects:read');
    expect(await tries()).toEqual(readsOnly);
  });

  it('holds whichever came first, the role or the group that has it', async () => {
    const { define, group, tries } = await scene();
    await group();
    expect(await tries()).toEqual(neither);
    await define('projects:create');
    expect(await tries()).toEqual(writesOnly);
  });

  it('changes at once for everybody who has the role, by a group or by themselves, and comes back with it', async () => {
    const { tenant, roleId, define, change, grant, group, tries, hear } = await scene();
    const other = randomUUID();
    await define('projects:read');
    await grant();
    await group([other]);
    expect([await tries(), await tenant.tries(other)]).toEqual([readsOnly, readsOnly]);
    await change('projects:create');
    expect([await tries(), await tenant.tries(other)]).toEqual([writesOnly, writesOnly]);
    await hear(roleDeleted, { roleId });
    expect([await tries(), await tenant.tries(other)]).toEqual([neither, neither]);
    await define('projects:read');
    expect([await tries(), await tenant.tries(other)]).toEqual([readsOnly, readsOnly]);
  });

  it('is replaced by another role of its own at the same place, and by one that is built in', async () => {
    const { tenant, member, define, grant, tries, hear } = await scene();
    const other = randomUUID();
    await define('projects:read');
    await hear(roleDefined, { roleId: other, permissions: ['projects:create'] });
    await grant();
    expect(await tries()).toEqual(readsOnly);
    const given = { subjectId: member, scope: tenant.place };
    await hear(membershipChanged, { ...given, role: 'custom' as const, roleId: other });
    expect(await tries()).toEqual(writesOnly);
    await hear(membershipChanged, { ...given, role: 'viewer' as const });
    expect(await tries()).toEqual(readsOnly);
  });

  it('adds up over groups, and ends one by one', async () => {
    const { tenant, member, define, group, groupId, tries, hear } = await scene();
    const other = randomUUID();
    await define('projects:create');
    await group();
    const grants = [{ scope: tenant.place, role: 'viewer' as const }];
    await hear(groupChanged, { groupId: other, memberIds: [member, member], grants });
    expect(await tries()).toEqual(both);
    await hear(groupDeleted, { groupId });
    expect(await tries()).toEqual(readsOnly);
    await hear(groupDeleted, { groupId: other });
    expect(await tries()).toEqual(unknown);
  });

  it('leaves what somebody has for themselves when their group with the same place goes', async () => {
    const { define, grant, group, groupId, tries, hear } = await scene();
    await define('projects:create');
    await grant();
    await group();
    await hear(groupDeleted, { groupId });
    expect(await tries()).toEqual(writesOnly);
  });

  it('is of one organization only: the same group and role elsewhere is another', async () => {
    const [one, other] = [await scene(), await scene()];
    await one.define('projects:create');
    await one.group();
    const grants = [{ scope: other.tenant.place, role: 'viewer' as const }];
    await other.hear(groupChanged, { groupId: one.groupId, memberIds: [other.member], grants });
    expect([await other.tries(), await other.tenant.tries(one.member)]).toEqual([readsOnly, unknown]);
    await other.hear(groupDeleted, { groupId: one.groupId });
    await other.hear(roleDeleted, { roleId: one.roleId });
    expect(await one.tries()).toEqual(writesOnly);
    expect(await other.tenant.tries(one.member)).toEqual(unknown);
  });

  it('lists the organization for whoever has something in it by a group, and not by a group that has nothing', async () => {
    const { tenant, member, groupId, group, hear } = await scene();
    const listed = async () => {
      await tenant.tries(member);
      return (await tenant.ask('GET', 'organizations', await tenant.token(member))).body;
    };
    await group();
    expect(await listed()).toEqual([tenant.id]);
    await hear(groupChanged, { groupId, memberIds: [member], grants: [] });
    expect(await listed()).toEqual([]);
  });
});

describe('an event that is said again', () => {
  it('changes nothing that came after it', async () => {
    const { tenant, roleId, define, change, grant, group, groupId, tries, hear } = await scene();
    const old = [await define('projects:create', 'projects:read'), await grant(), await group()];
    await handled(await change('projects:read'), await hear(groupDeleted, { groupId }));
    await again(...old);
    expect(await tries()).toEqual(readsOnly);
    expect(await tenant.tries(randomUUID())).toEqual(unknown);
    const gone = await hear(roleDeleted, { roleId });
    await handled(await define('projects:create'));
    await again(gone);
    expect(await tries()).toEqual(writesOnly);
  });

  it('neither suspends nor resumes nor asks for a second factor anew', async () => {
    const { tenant, hear } = await scene();
    const strict = await hear(organizationSecurityChanged, { secondFactorRequired: true });
    const loose = await hear(organizationSecurityChanged, { secondFactorRequired: false });
    const suspended = await hear(organizationSuspended);
    const resumed = await hear(organizationResumed);
    await handled(strict, loose, suspended, resumed);
    await again(suspended, strict);
    expect(await tenant.tries(tenant.owner)).toEqual(both);
    await handled(await hear(organizationSuspended));
    await again(resumed);
    expect(await tenant.tries(tenant.owner)).toEqual(readsOnly);
  });

  it('gives nobody anything in an organization that was deleted', async () => {
    const { define, grant, group, tries, hear } = await scene();
    const old = [await define('projects:read'), await grant(), await group()];
    await handled(await hear(organizationDeleted));
    await again(...old);
    expect(await tries()).toEqual(unknown);
  });
});

describe('a snapshot in between', () => {
  it('is where the next event goes on, and what came before it and is said late is old', async () => {
    const { tenant, member, roleId, groupId, define, change, group, tries } = await scene();
    const old = [await define('projects:create'), await group()];
    await handled(...old);
    const organizationId = tenant.id;
    const roles = [{ organizationId, roleId, permissions: ['projects:read'] }];
    const grants = [{ scope: tenant.place, role: 'custom' as const, roleId }];
    const groups = [{ organizationId, groupId, memberIds: [member], grants }];
    await tenant.snapshot({ [tenant.owner]: 'owner' }, { roles, groups });
    expect(await tries()).toEqual(readsOnly);
    await again(...old);
    expect(await tries()).toEqual(readsOnly);
    await change('projects:create');
    expect(await tries()).toEqual(writesOnly);
  });

  it('ends every role and group that it does not name, also for who is said to have the role', async () => {
    const { tenant, member, roleId, groupId, define, group, tries, hear } = await scene();
    await define('projects:read');
    await group();
    expect(await tries()).toEqual(readsOnly);
    const organizationId = tenant.id;
    const held = { organizationId, subjectId: member, scope: tenant.place, role: 'custom' as const, roleId };
    await tenant.snapshot({}, { memberships: [held] });
    expect(await tries()).toEqual(neither);
    const grants = [{ scope: tenant.place, role: 'viewer' as const }];
    await hear(groupChanged, { groupId, memberIds: [], grants });
    expect(await tries()).toEqual(neither);
  });

  it('that was overtaken takes nothing back', async () => {
    const { tenant, define, grant, tries, hear } = await scene();
    await define('projects:read');
    await grant();
    await handled(await hear(organizationSuspended));
    const known = tenant.version;
    const late = await stage.say.snapshot(tenant.id, { [tenant.owner]: 'owner' }, { version: known });
    await handled(late.event);
    tenant.version = known;
    expect(await tries()).toEqual(readsOnly);
    expect(await tenant.tries(tenant.owner)).toEqual(readsOnly);
  });
});

describe('an event that was lost', () => {
  const rest = (place: { kind: 'organization'; id: string }) => ({
    roleId: randomUUID(),
    permissions: ['projects:read'],
    groupId: randomUUID(),
    memberIds: [randomUUID()],
    grants: [{ scope: place, role: 'viewer' as const }],
    secondFactorRequired: false,
  });

  it.each<[string, EventDefinition]>(
    [
      roleDefined,
      roleChanged,
      roleDeleted,
      groupChanged,
      groupDeleted,
      organizationSuspended,
      organizationResumed,
      organizationSecurityChanged,
    ].map((definition) => [definition.type, definition]),
  )('is noticed by the next one, %s; then nothing is trusted until a snapshot has come', async (_, definition) => {
    const { tenant } = await scene();
    expect(await tenant.tries(tenant.owner)).toEqual(both);
    const last = tenant.version;
    await handled(await tenant.hear(definition, rest(tenant.place), { version: last + 2 }));
    tenant.version = last;
    const token = await tenant.token(tenant.owner);
    await eventually(async () =>
      expect(await pendingOf(tenant, token)).toEqual({ status: 503, code: 'access_pending' }),
    );
    await tenant.snapshot({ [tenant.owner]: 'owner' }, {}, { version: last + 3 });
    expect(await tenant.tries(tenant.owner)).toEqual(both);
  });

  it('and comes late does not make the copy whole: what came after it was passed over', async () => {
    const { tenant, member, roleId, define, grant, tries } = await scene();
    await define('projects:create', 'projects:read');
    await grant();
    expect(await tries()).toEqual(both);
    const last = tenant.version;
    const narrowed = { roleId, permissions: ['projects:read'] };
    await handled(await tenant.hear(roleChanged, narrowed, { version: last + 2 }));
    await handled(await tenant.hear(organizationResumed, {}, { version: last + 1 }));
    const token = await tenant.token(member);
    tenant.version = last;
    await eventually(async () =>
      expect(await pendingOf(tenant, token)).toEqual({ status: 503, code: 'access_pending' }),
    );
  });

  it('does not keep an organization that was deleted from ending', async () => {
    const { tenant, define, grant, group, tries } = await scene();
    await define('projects:read');
    await grant();
    await group();
    expect(await tries()).toEqual(readsOnly);
    await tenant.hear(organizationDeleted, {}, { version: tenant.version + 2 });
    expect([await tries(), await tenant.tries(tenant.owner)]).toEqual([unknown, unknown]);
  });

  const pendingOf = async (tenant: Tenant, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${stage.service.url}/v1/projects/${tenant.id}`, { headers });
    return { status: response.status, code: ((await response.json()) as { code: string }).code };
  };
});

describe('after the owner was restored from a backup', () => {
  it('what it said before is old, and roles, groups and rules are as the snapshot of the new epoch states them', async () => {
    const { tenant, member, roleId, define, grant, tries, hear } = await scene();
    await define('projects:create', 'projects:read');
    await grant();
    const suspended = await hear(organizationSuspended);
    expect(await tries()).toEqual(readsOnly);
    const restored = { version: 2, epoch: 1 };
    const members = { [tenant.owner]: 'owner' as const, [member]: 'viewer' as const };
    await tenant.snapshot(members, {}, restored);
    await eventually(async () => expect(await tenant.tries(tenant.owner)).toEqual(both));
    expect(await tries()).toEqual(readsOnly);
    await again(suspended, { ...suspended, aggregateversion: 99, id: randomUUID() });
    expect(await tenant.tries(tenant.owner)).toEqual(both);
    await tenant.hear(roleChanged, { roleId, permissions: ['projects:create'] }, { version: 3, epoch: 1 });
    expect(await tries()).toEqual(readsOnly);
  });
});
