import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allMigrations, type ServiceDefinition } from '@berth/service-kit';
import { dumpSchema, migrationRoundTrip, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from '../src/index.js';

const file = join(import.meta.dirname, '../src/database/schema.sql');
const migrations = allMigrations(build as unknown as ServiceDefinition<never>);

describe('the migrations', () => {
  let head: TestDatabase;
  beforeAll(async () => (head = await testDatabase({ migrations })));
  afterAll(() => head.drop());

  it('lead from nothing to schema.sql (UPDATE_SCHEMA=1 writes it)', async () => {
    const dump = await dumpSchema(head.database);
    if (process.env['UPDATE_SCHEMA']) writeFileSync(file, dump);
    expect(dump).toBe(readFileSync(file, 'utf8'));
  });

  it('go back one and forward again, with rows present, and back to nothing', async () => {
    const values = Array.from({ length: 7 }, () => `'${randomUUID()}'`).join(', ');
    const { full, oneBack, forwardAgain, nothing } = await migrationRoundTrip(migrations, (database) =>
      database.query(
        `insert into build (id, organization_id, project_id, environment_id, app_id, workload_id, deployment_id, source,
           settings, deadline_seconds, status, created_at) values (${values}, '{}', '{}', 60, 'queued', now())`,
      ),
    );
    expect(oneBack).not.toBe(full);
    expect([forwardAgain, nothing]).toEqual([full, '']);
  });

  it('make one secret for reuse keys, and never a second one', async () => {
    const [row] = await head.database.query<{ secret: string }>('select secret from reuse_secret');
    expect(row?.secret).toMatch(/^[0-9a-f-]{72}$/);
    await expect(head.database.query('insert into reuse_secret default values')).rejects.toThrow('reuse_secret_pkey');
  });
});
