import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allMigrations, type ServiceDefinition } from '@berth/service-kit';
import { dumpSchema, migrationRoundTrip, schemaMadeBy, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deploymentManagement } from '../src/index.js';

const file = join(import.meta.dirname, '../src/database/schema.sql');
const migrations = allMigrations(deploymentManagement as unknown as ServiceDefinition<never>);

/** One that has the id of all that it is in. */
async function workload({ database }: TestDatabase, slug: string): Promise<string> {
  const id = randomUUID();
  const insert = (table: string, columns: string, values: string) =>
    database.query(`insert into ${table} (${columns}) values (${values})`, [id]);
  await insert('project', 'id, organization_id, slug, created_at', `$1, $1, '${slug}', now()`);
  const kind = `$1, $1, $1, 'production'`;
  await insert(
    'environment',
    'id, project_id, organization_id, slug, kind, namespace, created_at, cluster_id',
    `${kind}, 'production', '${slug}-production-0', now(), (select id from cluster)`,
  );
  await insert('app', 'id, project_id, organization_id, slug, source, build, created_at', `${kind}, '{}', '{}', now()`);
  await insert(
    'workload',
    'id, app_id, environment_id, project_id, organization_id, host, restart_token, created_at',
    `$1, $1, $1, $1, $1, '${slug}', 't', now()`,
  );
  return id;
}

describe('the migrations', () => {
  let head: TestDatabase;
  beforeAll(async () => (head = await testDatabase({ migrations })));
  afterAll(() => head.drop());

  it('lead from nothing to schema.sql (UPDATE_SCHEMA=1 writes it)', async () => {
    const dump = await dumpSchema(head.database);
    if (process.env['UPDATE_SCHEMA']) writeFileSync(file, dump);
    expect(dump).toBe(readFileSync(file, 'utf8'));
  });

  it('make what schema.sql makes', async () => {
    expect(await schemaMadeBy(readFileSync(file, 'utf8'))).toBe(await dumpSchema(head.database));
  });

  it('go back one and forward again, and back to nothing', async () => {
    const { full, oneBack, forwardAgain, nothing } = await migrationRoundTrip(migrations);
    expect(oneBack).not.toBe(full);
    expect([forwardAgain, nothing]).toEqual([full, '']);
  });
});

describe('a replica of before placements knew until when they are certain', () => {
  let db: TestDatabase;
  beforeAll(async () => (db = await testDatabase({ migrations })));
  afterAll(() => db.drop());

  it('goes on writing allocations while others have the newer schema', async () => {
    const [first, second] = [await workload(db, 'one'), await workload(db, 'two')];
    const formerly = `insert into allocation (workload_id, version, effective_at, confirmed_at, told_at, entries)
      values ($1, 1, now(), $2, $2, '[]') on conflict (workload_id) do update set confirmed_at = excluded.confirmed_at`;
    await db.database.query(formerly, [first, new Date()]);
    await db.database.query(formerly, [first, new Date()]);
    const nowadays = `insert into allocation (workload_id, version, effective_at, told_at, entries) values ($1, 1, now(), now(), '[]')`;
    await db.database.query(nowadays, [second]);
    expect(await db.database.query('select from allocation where confirmed_at <= now()')).toHaveLength(2);
  });
});

describe('a replica of before hosts had paths', () => {
  let db: TestDatabase;
  beforeAll(async () => (db = await testDatabase({ migrations })));
  afterAll(() => db.drop());

  it('goes on claiming whole hosts, each once, and none that is held', async () => {
    const [first, second] = [await workload(db, 'one'), await workload(db, 'two')];
    const formerly = (id: string, verifiedAt: Date | null = null) =>
      db.database.query(
        `insert into domain (id, workload_id, organization_id, host, token, claimed_at, created_at, verified_at, state, proof)
         values ($1, $2, $2, 'shop.example.com', 't', now(), now(), $3, $4, $5) on conflict do nothing returning path`,
        [randomUUID(), id, verifiedAt, verifiedAt ? 'verified' : 'pending', verifiedAt ? 'dns' : null],
      );
    expect(await formerly(first, new Date())).toEqual([{ path: '/' }]);
    expect(await formerly(first)).toEqual([]);
    expect(await formerly(second)).toEqual([{ path: '/' }]);
    await db.database.query('delete from domain where workload_id = $1', [second]);
    expect(await formerly(second, new Date())).toEqual([]);
  });
});

describe('the database itself refuses', () => {
  let db: TestDatabase;
  beforeAll(async () => (db = await testDatabase({ migrations })));
  afterAll(() => db.drop());

  it('two deployments that move instances of one workload at once', async () => {
    const id = await workload(db, 'shop');
    const deployment = (number: number, status: string) =>
      db.database.query(
        `insert into deployment (id, workload_id, organization_id, number, status, source, created_by, created_at)
         values ($1, $2, $2, $3, $4, '{}', 'me', now())`,
        [randomUUID(), id, number, status],
      );
    await deployment(1, 'rolling');
    await deployment(2, 'queued');
    for (const status of ['preparing', 'rolling', 'verifying'])
      await expect(deployment(3, status)).rejects.toThrow('deployment_moving');
  });
});
