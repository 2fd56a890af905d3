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
import { Clock, createLogger, Listener } from '@berth/service-kit';
import { eventually, patient, startTestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessCache } from '../src/read-copy/access-cache.js';
import { OrganizationsRepository } from '../src/read-copy/organizations.repository.js';
import { probe } from './fixtures/probe.service-definition.js';
import { HeldClock, openReplica, WatchedDatabase } from './fixtures/replica.js';
import { type Stage, stageOf, Tenant } from './fixtures/tenant.js';

/** More than a test may take: whoever is not woken does not come through by waiting. */
const LONG = 120_000;

let stage: Stage;
/** Consumes no events. For it no time passes, so that nothing in its memory grows old: it has to be told. */
let replica: AccessCache;
let database: WatchedDatabase;
/** Of what replicas were told. */
const told: string[] = [];
let listener: Listener;
beforeAll(async () => {
  stage = await stageOf(await startTestService(probe, patient));
  const hear = { url: stage.service.databaseUrl, channel: 'berth_access', onNotify: (what: string) => told.push(what) };
  listener = new Listener(hear, new Clock(), createLogger('test', 'silent'));
  await listener.open();
  database = new WatchedDatabase(stage.service.database.dataSource);
  replica = await openReplica(database, stage.service.databaseUrl, new HeldClock(), new OrganizationsRepository());
});
afterAll(async () => {
  await listener.close();
  await replica.onApplicationShutdown();
  await stage.service.close();
});

describe('a replica that consumes no events is told by NOTIFY', () => {
  async function scene() {
    const tenant = await Tenant.create(stage);
    const [member, other, roleId, groupId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const grant = { scope: tenant.place, role: 'custom' as const, roleId };
    await tenant.hear(roleDefined, { roleId, permissions: ['apps:read'] });
    await tenant.hear(membershipGranted, { subjectId: member, ...grant });
    await tenant.hear(groupChanged, { groupId, memberIds: [other], grants: [grant] });
    expect(await replica.reached(tenant.id, tenant.version, LONG)).toBe(true);
    return { tenant, member, other, roleId, groupId, grant };
  }
  type Scene = Awaited<ReturnType<typeof scene>>;
  const seen = async ({ tenant, member, other }: Scene) => {
    const [one, two] = [await replica.member(tenant.id, member), await replica.member(tenant.id, other)];
    const permissionsOf = (of: typeof one) => of?.grants.map((each) => each.permissions);
    return {
      member: permissionsOf(one),
      other: permissionsOf(two),
      suspended: one?.suspended,
      strict: one?.secondFactorRequired,
    };
  };
  const before = { member: [['apps:read']], other: [['apps:read']], suspended: false, strict: false };

  it.each<[string, (scene: Scene) => Promise<unknown>, Partial<Awaited<ReturnType<typeof seen>>>]>([
    [
      'that a role names something else',
      ({ tenant, roleId }) => tenant.hear(roleChanged, { roleId, permissions: ['apps:create'] }),
      { member: [['apps:create']], other: [['apps:create']] },
    ],
    [
      'that a role is gone',
      ({ tenant, roleId }) => tenant.hear(roleDeleted, { roleId }),
      { member: [null], other: [null] },
    ],
    [
      'who is in a group',
      ({ tenant, member, groupId, grant }) =>
        tenant.hear(groupChanged, { groupId, memberIds: [member], grants: [grant] }),
      { member: [['apps:read'], ['apps:read']], other: [] },
    ],
    ['that a group is gone', ({ tenant, groupId }) => tenant.hear(groupDeleted, { groupId }), { other: [] }],
    ['of a suspension', ({ tenant }) => tenant.hear(organizationSuspended), { suspended: true }],
    [
      'that a second factor is asked for',
      ({ tenant }) => tenant.hear(organizationSecurityChanged, { secondFactorRequired: true }),
      { strict: true },
    ],
    ['of the end', ({ tenant }) => tenant.hear(organizationDeleted), { member: [], other: [] }],
    [
      'of a snapshot',
      ({ tenant, member }) => tenant.snapshot({ [member]: 'viewer' }, { status: 'suspended' }),
      { member: [null], other: [], suspended: true },
    ],
  ])('%s', async (_, happen, after) => {
    const here = await scene();
    expect(await seen(here)).toEqual(before);
    await happen(here);
    await eventually(async () => expect(await seen(here)).toEqual({ ...before, ...after }));
  });

  it('of a resumption after a suspension, in their order', async () => {
    const here = await scene();
    await here.tenant.hear(organizationSuspended);
    await eventually(async () => expect(await seen(here)).toMatchObject({ suspended: true }));
    await here.tenant.hear(organizationResumed);
    await eventually(async () => expect(await seen(here)).toEqual(before));
  });

  it('and wakes whoever waits there for a version', async () => {
    const { tenant } = await scene();
    const waiting = replica.reached(tenant.id, tenant.version + 2, LONG);
    await tenant.hear(organizationSuspended);
    await tenant.hear(organizationResumed);
    expect(await waiting).toBe(true);
  });

  /** Notifications come in the order of their commits: when a later one was heard, all of these were. */
  async function allToldOf({ tenant }: Scene): Promise<void> {
    await eventually(() => expect(told.filter((id) => id === tenant.id)).toHaveLength(tenant.version));
    await replica.platform();
    await stage.service.database.query(`select pg_notify('berth_access', 'platform')`);
    await eventually(() => expect(replica.platform()).toBeInstanceOf(Promise));
  }

  it('and keeps in memory what is of other organizations', async () => {
    const [one, other] = [await scene(), await scene()];
    await seen(one);
    await one.tenant.hear(organizationSuspended);
    await eventually(async () => expect(await seen(one)).toMatchObject({ suspended: true }));
    await allToldOf(other);
    await seen(other);
    await one.tenant.hear(organizationResumed);
    await eventually(async () => expect(await seen(one)).toEqual(before));
    database.asked.length = 0;
    expect(await seen(other)).toEqual(before);
    expect(database.asked).toEqual([]);
  });
});
