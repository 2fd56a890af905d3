import { randomUUID } from 'node:crypto';
import type { Role, Scope } from '@berth/contracts/events';
import { baseConfig, Clock } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Access,
  accessMigrations,
  administratorPermissions,
  type Caller,
  permissions,
  retiredPermissions,
} from '../src/index.js';
import type { AccessCache } from '../src/read-copy/access-cache.js';
import { OrganizationRulesRepository } from '../src/read-copy/organization-rules.repository.js';
import { OrganizationsRepository } from '../src/read-copy/organizations.repository.js';
import { openReplica, WatchedDatabase } from './fixtures/replica.js';

const organizations = new OrganizationsRepository();
const rules = new OrganizationRulesRepository();
const organizationId = randomUUID();
const place: Scope = { kind: 'organization', id: organizationId };

let made: TestDatabase;
let database: WatchedDatabase;
let cache: AccessCache;
let access: Access;
beforeAll(async () => {
  made = await testDatabase({ migrations: accessMigrations });
  await made.database.query('insert into access_organization (organization_id, epoch, version) values ($1, 0, 1)', [
    organizationId,
  ]);
  const clock = new Clock();
  database = new WatchedDatabase(made.database.dataSource);
  cache = await openReplica(database, made.url, clock);
  access = new Access(cache, organizations, database, clock, baseConfig.parse({ DATABASE_URL: made.url }));
});
afterAll(async () => {
  await cache.onApplicationShutdown();
  await made.drop();
});

const callerOf = (subjectId: string, administrator = false): Caller => ({
  subjectId,
  administrator,
  sessionId: randomUUID(),
  kind: 'user',
  secondFactor: false,
  scopes: ['*'],
  tokenExpiresAt: new Date(Date.now() + 60_000),
});

/** Somebody new with these roles. */
async function holder(...held: { role: Role; scope?: Scope }[]): Promise<Caller> {
  const subjectId = randomUUID();
  await made.database.transaction(async (tx) => {
    for (const { role, scope = place } of held)
      await organizations.grant(tx, { organizationId, subjectId, scope, role });
  });
  return callerOf(subjectId);
}

/** Somebody new with a role of the organization's own, by a group or for themselves. */
async function holderOf(named: string[], by: 'group' | 'membership'): Promise<Caller> {
  const [subjectId, roleId] = [randomUUID(), randomUUID()];
  const grant = { scope: place, role: 'custom' as const, roleId };
  await made.database.transaction(async (tx) => {
    await rules.setRole(tx, { organizationId, roleId, permissions: named });
    if (by === 'membership') await organizations.grant(tx, { organizationId, subjectId, ...grant });
    else await rules.setGroup(tx, { organizationId, groupId: randomUUID(), memberIds: [subjectId], grants: [grant] });
  });
  return callerOf(subjectId);
}

const answer = (caller: Caller, given: readonly string[], at: { projectId?: string } = {}) =>
  access.requireToHandOn(caller, given, { organizationId, ...at }).then(
    () => 'given',
    (error: { code: string }) => error.code,
  );

describe('whoever gives something to others', () => {
  const all: Role[] = ['owner', 'admin', 'developer', 'viewer', 'billing'];

  it.each<[Role, Role[]]>([
    ['owner', all],
    ['admin', ['admin', 'developer', 'viewer', 'billing']],
    ['developer', ['developer', 'viewer']],
    ['viewer', ['viewer']],
    ['billing', ['billing']],
  ])('as %s of an organization may give the roles %j', async (role, expected) => {
    const caller = await holder({ role });
    const given: Role[] = [];
    for (const each of all)
      if ((await answer(caller, permissions.organization[each] ?? [])) === 'given') given.push(each);
    expect(given).toEqual(expected);
  });

  it.each(['membership', 'group'] as const)('has exactly what their own role names, by a %s', async (by) => {
    const caller = await holderOf(['apps:read', 'apps:create'], by);
    expect(await answer(caller, ['apps:read'])).toBe('given');
    expect(await answer(caller, ['apps:create', 'apps:read'])).toBe('given');
    expect(await answer(caller, ['apps:read', 'apps:delete'])).toBe('forbidden');
  });

  it('may add up what several roles give them', async () => {
    const caller = await holder({ role: 'viewer', scope: { kind: 'project', id: randomUUID() } }, { role: 'billing' });
    expect(await answer(caller, ['budgets:update', 'invoices:read'])).toBe('given');
    expect(await answer(caller, ['budgets:update', 'apps:read'])).toBe('forbidden');
  });

  it('gives it where they have it, and nowhere else', async () => {
    const projectId = randomUUID();
    const caller = await holder({ role: 'admin', scope: { kind: 'project', id: projectId } });
    const developer = permissions.project.developer ?? [];
    expect(await answer(caller, developer, { projectId })).toBe('given');
    expect(await answer(caller, developer, { projectId: randomUUID() })).toBe('forbidden');
    expect(await answer(caller, developer)).toBe('forbidden');
  });

  it('gives what there is: nobody has a permission that nobody knows, and nothing needs no right', async () => {
    expect(await answer(await holder({ role: 'owner' }), ['made:up'])).toBe('forbidden');
    expect(await answer(callerOf(randomUUID()), [])).toBe('given');
    expect(await answer(callerOf(randomUUID()), ['apps:read'])).toBe('forbidden');
  });

  it('may name what once was a permission, which allows nothing, in a role from then', async () => {
    expect(retiredPermissions).toContain('builds:create');
    const known: readonly string[] = Object.values(permissions).flatMap((roles) => Object.values(roles).flat());
    expect(retiredPermissions.filter((each) => known.includes(each))).toEqual([]);
    const caller = await holder({ role: 'viewer' });
    expect(await answer(caller, ['apps:read', ...retiredPermissions])).toBe('given');
    expect(await answer(caller, ['apps:create', ...retiredPermissions])).toBe('forbidden');
  });

  it('gives with a token what its scopes name, however much its person has', async () => {
    const owner = await holder({ role: 'owner' });
    const narrow = { ...owner, scopes: ['memberships:create', 'apps:*'] };
    expect(await answer(owner, ['apps:read', 'secrets:read'])).toBe('given');
    expect(await answer(narrow, ['apps:read', 'memberships:create'])).toBe('given');
    expect(await answer(narrow, ['apps:read', 'secrets:read'])).toBe('forbidden');
    expect(await answer(narrow, permissions.organization.viewer ?? [])).toBe('forbidden');
  });

  it('as administrator of the platform gives what administrators have, which is no write in an organization', async () => {
    const administrator = callerOf(randomUUID(), true);
    expect(await answer(administrator, administratorPermissions)).toBe('given');
    expect(await answer(administrator, permissions.organization.viewer ?? [])).toBe('given');
    for (const each of ['apps:create', 'secrets:read', 'memberships:own'])
      expect([each, await answer(administrator, [each])]).toEqual([each, 'forbidden']);
  });

  it('is told which permission is missing', async () => {
    const caller = await holder({ role: 'viewer' });
    await expect(access.requireToHandOn(caller, ['apps:read', 'apps:create'], { organizationId })).rejects.toThrow(
      'apps:create',
    );
  });

  it('costs one look at them, however much is given', async () => {
    const caller = await holder({ role: 'owner' });
    database.asked.length = 0;
    await access.requireToHandOn(caller, permissions.organization.owner ?? [], { organizationId });
    expect(database.asked).toHaveLength(1);
  });

  it('is not judged while the organization’s rules are incomplete', async () => {
    const incomplete = randomUUID();
    await made.database.query(
      'insert into access_organization (organization_id, epoch, version, awaiting_snapshot) values ($1, 0, 1, true)',
      [incomplete],
    );
    await expect(
      access.requireToHandOn(callerOf(randomUUID()), ['apps:read'], { organizationId: incomplete }),
    ).rejects.toMatchObject({ code: 'access_pending' });
  });
});
