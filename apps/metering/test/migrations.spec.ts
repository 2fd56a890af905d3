import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allMigrations } from '@berth/service-kit';
import { dumpSchema, migrationRoundTrip, schemaMadeBy, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metering } from '../src/index.js';

const file = join(import.meta.dirname, '../src/database/schema.sql');
const migrations = allMigrations(metering as never);

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
    const { full, oneBack, forwardAgain, nothing } = await migrationRoundTrip(migrations, (database) =>
      database.query(
        `insert into accepted_event (source, id, type, workload_id, epoch, version, is_snapshot, time, accepted_at, data)
         values ('s', gen_random_uuid(), 't', gen_random_uuid(), 0, 1, false, now(), now(), '{}')`,
      ),
    );
    expect(oneBack).not.toBe(full);
    expect([forwardAgain, nothing]).toEqual([full, '']);
  });

  it('bring the default price book, whose versions nobody changes', async () => {
    const books = await head.database.query(
      `select name, currency, rounding, version, prices->'rates'->0->'pricing' as cpu
         from price_book b join price_book_version v on v.book_id = b.id`,
    );
    const cpu = { kind: 'per-unit', price: '0.0280000000' };
    expect(books).toEqual([{ name: 'default', currency: 'EUR', rounding: 'half-even', version: 1, cpu }]);
    for (const statement of ['update price_book_version set version = 2', 'delete from price_book_version'])
      await expect(head.database.query(statement)).rejects.toThrow('never changed');
  });
});
