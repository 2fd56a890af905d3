import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { Client } from 'pg';
import { register } from 'prom-client';
import { createDataSource, Database, type Logger } from '../src/index.js';
import { DatabaseRole } from '../src/persistence/database-role.js';

let test: TestDatabase;
let admin: Client;
const role = 'berth_test_bypassing';
const urlAs = (username: string, password: string) =>
  Object.assign(new URL(test.adminUrl), { pathname: `/${test.name}`, username, password }).href;

beforeAll(async () => {
  test = await testDatabase();
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
  await admin.query(`drop role if exists ${role}`);
  await admin.query(`create role ${role} login bypassrls password 'secret'`);
});
afterAll(async () => {
  await test.drop();
  await admin.query(`drop role ${role}`);
  await admin.end();
});

/** What is logged when a service starts that connects so, and what its metric says then. */
async function told(url: string) {
  const logged: unknown[] = [];
  const logger = { warn: (_: object, message: string) => logged.push(message) } as unknown as Logger;
  const source = await createDataSource({ url, poolSize: 1, entities: [], migrations: [] }).initialize();
  await new DatabaseRole('metering', new Database(source), logger).onApplicationBootstrap();
  await source.destroy();
  const metrics = await register.getSingleMetricAsString('berth_database_policies_bypassed');
  return { logged, metric: metrics.split('\n').at(-1) };
}

describe('a service that connects', () => {
  it('as a role that owns its database alone has nothing to say', async () => {
    expect(await told(test.url)).toEqual({
      logged: [],
      metric: 'berth_database_policies_bypassed{service="metering"} 0',
    });
  });

  it.each([
    ['a superuser', () => test.adminUrl],
    ['a role with BYPASSRLS', () => urlAs(role, 'secret')],
  ])('as %s says that policies do not bind it', async (_, url) => {
    expect(await told(url())).toEqual({
      logged: [expect.stringContaining('goes round row-level security')],
      metric: 'berth_database_policies_bypassed{service="metering"} 1',
    });
  });
});
