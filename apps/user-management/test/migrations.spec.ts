import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allMigrations } from '@berth/service-kit';
import { dumpSchema, migrationRoundTrip, schemaMadeBy, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userManagement } from '../src/index.js';

const file = join(import.meta.dirname, '../src/database/schema.sql');
const migrations = allMigrations(userManagement as never);

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

  it('go back one and forward again, with rows present, and back to nothing', async () => {
    const { full, oneBack, forwardAgain, nothing } = await migrationRoundTrip(migrations, async (database) => {
      await database.query(
        `insert into app_user (id, email, password_hash, created_at) values ($1, 'ann@example.com', '-', now())`,
        [randomUUID()],
      );
      await database.query(
        `insert into idempotency_key (subject, route, key, body_hash, status, headers)
         values ('s', 'r', 'k', 'h', 201, '{"location": "/v1/x", "etag": "1"}')`,
      );
    });
    expect(oneBack).not.toBe(full);
    expect([forwardAgain, nothing]).toEqual([full, '']);
  });
});
