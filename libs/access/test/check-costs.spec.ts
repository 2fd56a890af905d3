import { randomUUID } from 'node:crypto';
import { baseConfig } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Access, accessMigrations, type Caller } from '../src/index.js';
import type { AccessCache } from '../src/read-copy/access-cache.js';
import { OrganizationsRepository } from '../src/read-copy/organizations.repository.js';
import { HeldClock, openReplica, WatchedDatabase } from './fixtures/replica.js';

const [organizationId, other] = [randomUUID(), randomUUID()];
const [direct, grouped, stranger] = [randomUUID(), randomUUID(), randomUUID()];
const PEOPLE = 5_000;

const callerOf = (subjectId: string, administrator = false): Caller => ({
  subjectId,
  administrator,
  sessionId: randomUUID(),
  kind: 'user',
  secondFactor: false,
  scopes: ['*'],
  tokenExpiresAt: new Date(Date.now() + 60_000),
});

let made: TestDatabase;
let database: WatchedDatabase;
let cache: AccessCache;
let access: Access;
const clock = new HeldClock();
const open: AccessCache[] = [];

/** An organization with thousands of people, a hundred groups and a thousand roles, another one as large, and many small ones. */
async function fill(): Promise<void> {
  const query = (sql: string, of: string[]) => made.database.query(sql, of);
  for (const id of [organizationId, other]) {
    await query('insert into access_organization (organization_id, epoch, version) values ($1, 0, 1)', [id]);
    await query(
      `insert into access_role select $1, gen_random_uuid(), '{projects:read,apps:read}' from generate_series(1, 1000)`,
      [id],
    );
    await query(
      `insert into access_membership (organization_id, subject_id, scope_kind, scope_id, role)
       select $1, gen_random_uuid(), 'organization', $1, 'viewer' from generate_series(1, ${PEOPLE})`,
      [id],
    );
    await query(
      `with made as materialized (
         select gen_random_uuid() as group_id, role_id from access_role where organization_id = $1 limit 100),
       given as (
         insert into access_membership (organization_id, subject_id, scope_kind, scope_id, role, role_id)
         select $1, group_id, 'organization', $1, 'custom', role_id from made)
       insert into access_group_member select $1, gen_random_uuid(), group_id from made, generate_series(1, 100)`,
      [id],
    );
  }
  await made.database.query(
    `insert into access_organization (organization_id, epoch, version)
     select gen_random_uuid(), 0, 1 from generate_series(1, ${PEOPLE})`,
  );
  const place = `'organization', $1, 'viewer'`;
  await query(`insert into access_membership values ($1, $2, ${place})`, [organizationId, direct]);
  await query(
    `insert into access_group_member select organization_id, $2, group_id from access_group_member
      where organization_id = $1 group by 1, 3 limit 3`,
    [organizationId, grouped],
  );
  await made.database.query('analyze');
}

beforeAll(async () => {
  made = await testDatabase({ migrations: accessMigrations });
  await fill();
  database = new WatchedDatabase(made.database.dataSource);
});
beforeEach(async () => {
  cache = await openReplica(database, made.url, clock);
  open.push(cache);
  access = new Access(
    cache,
    new OrganizationsRepository(),
    database,
    clock,
    baseConfig.parse({ DATABASE_URL: made.url }),
  );
  database.asked.length = 0;
});
afterAll(async () => {
  for (const each of open) await each.onApplicationShutdown();
  await made.drop();
});

const refused = (work: Promise<unknown>) => expect(work).rejects.toThrow();

describe('what a check asks of the database', () => {
  it('is one query at first, and nothing after it, whatever is asked about that person there', async () => {
    for (const subjectId of [direct, grouped]) {
      database.asked.length = 0;
      const caller = callerOf(subjectId);
      await access.require(caller, 'projects:read', { organizationId });
      expect(database.asked).toHaveLength(1);
      const projectId = randomUUID();
      await access.require(caller, 'apps:read', { organizationId, projectId });
      await refused(access.require(caller, 'projects:delete', { organizationId, projectId }));
      await access.mayKnow(caller, { organizationId, projectId, environmentId: randomUUID() });
      await access.require({ ...caller, sessionId: randomUUID() }, 'projects:read', { organizationId });
      expect(database.asked).toHaveLength(1);
    }
  });

  it('is no more for whoever is refused: to ask again and again costs nothing', async () => {
    for (let i = 0; i < 20; i++) await refused(access.require(callerOf(stranger), 'projects:read', { organizationId }));
    expect(database.asked).toHaveLength(1);
    const nowhere = randomUUID();
    for (let i = 0; i < 20; i++)
      await refused(access.require(callerOf(direct), 'projects:read', { organizationId: nowhere }));
    expect(database.asked).toHaveLength(2);
  });

  it('is no more for an administrator of the platform', async () => {
    const administrator = callerOf(randomUUID(), true);
    for (let i = 0; i < 20; i++) await access.require(administrator, 'projects:read', { organizationId });
    expect(database.asked).toHaveLength(1);
  });

  it('is nothing for what is the platform’s, or told of without a check', () => {
    const administrator = callerOf(randomUUID(), true);
    access.requireOnPlatform(administrator, 'snapshots:create');
    access.requireOnReplay(administrator, 'projects:read', { organizationId });
    access.tellsNothing(administrator);
    expect(database.asked).toEqual([]);
  });

  it('is one query of each organization, and a change of one is none of the other', async () => {
    const caller = callerOf(direct);
    const ask = async () => {
      await access.require(caller, 'projects:read', { organizationId });
      await refused(access.require(caller, 'projects:read', { organizationId: other }));
    };
    const askedOf = (id: string) => database.asked.filter(({ parameters }) => parameters[0] === id).length;
    await ask();
    await ask();
    expect([askedOf(organizationId), askedOf(other)]).toEqual([1, 1]);
    await made.database.transaction(async (tx) => cache.organizationChanged(tx, other));
    await ask();
    expect(askedOf(organizationId)).toBe(1);
    expect(askedOf(other)).toBeGreaterThan(1);
  });

  it('is one query for keys, revoked sessions and the heartbeat together, and then nothing', async () => {
    for (let i = 0; i < 20; i++) await cache.platform();
    expect(database.asked).toHaveLength(1);
  });

  it('is asked anew when a second has passed', async () => {
    const caller = callerOf(direct);
    await access.require(caller, 'projects:read', { organizationId });
    clock.pass(1_000);
    await access.require(caller, 'projects:read', { organizationId });
    expect(database.asked).toHaveLength(2);
  });
});

/** What a plan node did: how it came to its rows, and how many it looked at. */
interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

describe('the query', () => {
  const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
  /** Of what was asked last: tables that were read whole, and how many rows were looked at. */
  async function work() {
    const { sql, parameters } = database.asked.at(-1) ?? { sql: '', parameters: [] };
    const explained = await made.database.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
      `explain (analyze, format json) ${sql}`,
      parameters,
    );
    const reads = explained
      .flatMap((row) => row['QUERY PLAN'])
      .flatMap(({ Plan }) => nodesOf(Plan))
      .filter((node) => node['Relation Name'] !== undefined);
    const looked = reads.map(
      (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    );
    return {
      whole: reads.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']),
      rows: looked.reduce((sum, each) => sum + each, 0),
    };
  }

  it.each<[string, string, number]>([
    ['somebody with a role', direct, 5],
    ['somebody with three groups and their roles', grouped, 20],
    ['a stranger', stranger, 5],
  ])('for %s looks at their own rows by an index, however large the organization is', async (_, subjectId, most) => {
    await cache.member(organizationId, subjectId);
    const { whole, rows } = await work();
    expect(whole).toEqual([]);
    expect(rows).toBeLessThanOrEqual(most);
  });

  it('for the list of somebody’s organizations does the same', async () => {
    expect(await access.organizationsOf(callerOf(grouped))).toEqual([organizationId]);
    const { whole, rows } = await work();
    expect(whole).toEqual([]);
    expect(rows).toBeLessThanOrEqual(20);
  });
});
