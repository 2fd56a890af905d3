import { randomUUID } from 'node:crypto';
import type { Clock } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accessMigrations } from '../src/index.js';
import type { AccessCache } from '../src/read-copy/access-cache.js';
import { type MemberAccess, OrganizationsRepository } from '../src/read-copy/organizations.repository.js';
import { HeldClock, openReplica } from './fixtures/replica.js';

/** The real one, counting and holding up reads. */
class WatchedOrganizations extends OrganizationsRepository {
  reads = 0;
  answers = 0;
  held: Promise<void> = Promise.resolve();

  override async member(...args: Parameters<OrganizationsRepository['member']>): Promise<MemberAccess | undefined> {
    this.reads += 1;
    const found = await super.member(...args);
    this.answers += 1;
    await this.held;
    return found;
  }
}

describe('the read copy in memory', () => {
  let made: TestDatabase;
  let clock: HeldClock;
  let organizations: WatchedOrganizations;
  let cache: AccessCache;
  const open: AccessCache[] = [];
  const subjectId = randomUUID();
  let organizationId: string;

  beforeAll(async () => {
    made = await testDatabase({ migrations: accessMigrations });
  });
  beforeEach(async () => {
    clock = new HeldClock();
    organizations = new WatchedOrganizations();
    // One of its own for each test: what another test told the replicas may still arrive.
    organizationId = randomUUID();
    await made.database.query('insert into access_organization (organization_id, epoch, version) values ($1, 0, 1)', [
      organizationId,
    ]);
    cache = await replica(clock, organizations);
  });
  afterAll(async () => {
    for (const each of open) await each.onApplicationShutdown();
    await made.drop();
  });

  async function replica(time: Clock, reads: OrganizationsRepository): Promise<AccessCache> {
    const opened = await openReplica(made.database, made.url, time, reads);
    open.push(opened);
    return opened;
  }

  const membership = () => ({
    organizationId,
    subjectId,
    scope: { kind: 'organization' as const, id: organizationId },
    role: 'viewer' as const,
  });
  const grant = (tellingOthers?: AccessCache) =>
    made.database.transaction(async (tx) => {
      await organizations.grant(tx, membership());
      tellingOthers?.organizationChanged(tx, organizationId);
    });
  const roles = async (of = cache) => (await of.member(organizationId, subjectId))?.grants.map((each) => each.role);

  it('answers from memory for a second, and reads anew after it although nobody said anything', async () => {
    expect(await roles()).toEqual([]);
    await grant();
    clock.pass(999);
    expect(await roles()).toEqual([]);
    expect(organizations.reads).toBe(1);
    clock.pass(1);
    expect(await roles()).toEqual(['viewer']);
    expect(organizations.reads).toBe(2);
  });

  it('is dropped on every replica by the commit of a change, and not by a change that was rolled back', async () => {
    const other = await replica(clock, organizations);
    expect([await roles(), await roles(other)]).toEqual([[], []]);
    const failing = made.database.transaction(async (tx) => {
      await organizations.grant(tx, membership());
      cache.organizationChanged(tx, organizationId);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([await roles(), await roles(other)]).toEqual([[], []]);
    expect(organizations.reads).toBe(2);
    await grant(cache);
    expect(await roles()).toEqual(['viewer']);
    await eventually(async () => expect(await roles(other)).toEqual(['viewer']));
  });

  it('does not remember what was read before a change and answered after it', async () => {
    let letGo = (): void => undefined;
    organizations.held = new Promise((resolve) => (letGo = resolve));
    const reading = roles();
    await eventually(() => expect(organizations.answers).toBe(1));
    await grant(cache);
    letGo();
    expect(await reading).toEqual([]); // what it was when it was asked
    expect(await roles()).toEqual(['viewer']);
  });

  it('remembers what was read while something else changed', async () => {
    let letGo = (): void => undefined;
    organizations.held = new Promise((resolve) => (letGo = resolve));
    const reading = roles();
    await eventually(() => expect(organizations.answers).toBe(1));
    await made.database.transaction(async (tx) => {
      cache.organizationChanged(tx, randomUUID());
      cache.platformChanged(tx);
    });
    letGo();
    await reading;
    await roles();
    expect(organizations.reads).toBe(1);
  });

  it('is no older than a version that was waited for, although nobody was told of it yet', async () => {
    const other = randomUUID();
    await cache.member(other, subjectId);
    expect(await roles()).toEqual([]);
    let letGo = (): void => undefined;
    organizations.held = new Promise((resolve) => (letGo = resolve));
    const stranger = cache.member(organizationId, randomUUID()); // under way meanwhile
    await eventually(() => expect(organizations.answers).toBe(3));
    await grant();
    await made.database.query('update access_organization set version = 2 where organization_id = $1', [
      organizationId,
    ]);
    expect(await cache.reached(organizationId, 2, 0)).toBe(true);
    letGo();
    await stranger;
    expect(await roles()).toEqual(['viewer']);
    for (let i = 0; i < 3; i++) {
      expect(await cache.reached(organizationId, 2, 0)).toBe(true);
      await roles();
      await cache.member(other, subjectId);
    }
    expect(organizations.reads).toBe(4);
  });

  it('knows one organization from another, and one person from another', async () => {
    await grant(cache);
    expect(await roles()).toEqual(['viewer']);
    expect((await cache.member(organizationId, randomUUID()))?.grants).toEqual([]);
    expect(await cache.member(randomUUID(), subjectId)).toBeUndefined();
  });

  it('has no promise to wait for while it is fresh, for every request asks', async () => {
    const nowhere = randomUUID();
    expect(cache.member(nowhere, subjectId)).toBeInstanceOf(Promise);
    expect(cache.platform()).toBeInstanceOf(Promise);
    const [, platform] = await Promise.all([cache.member(nowhere, subjectId), cache.platform()]);
    expect([cache.member(nowhere, subjectId), cache.platform()]).toEqual([undefined, platform]);
    clock.pass(1_000);
    expect(cache.member(nowhere, subjectId)).toBeInstanceOf(Promise);
    expect(cache.platform()).toBeInstanceOf(Promise);
  });

  it('costs one read for a member, however often it is asked about', async () => {
    for (let i = 0; i < 100; i++) await roles();
    expect(organizations.reads).toBe(1);
  });
});
