import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allMigrations } from '@berth/service-kit';
import { dumpSchema, testDatabase, type TestDatabase } from '@berth/testing';
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
    const written = await testDatabase();
    await written.database.query(readFileSync(file, 'utf8'));
    expect(await dumpSchema(written.database)).toBe(await dumpSchema(head.database));
    await written.drop();
  });

  it('go back one and forward again, with rows present, and back to nothing', async () => {
    const { database, drop } = await testDatabase({ migrations });
    const full = await dumpSchema(database);
    await database.query(
      `insert into accepted_event (source, id, type, workload_id, epoch, version, is_snapshot, time, accepted_at, data)
       values ('s', 'i', 't', gen_random_uuid(), 0, 1, false, now(), now(), '{}')`,
    );
    await database.dataSource.undoLastMigration();
    expect(await dumpSchema(database)).not.toBe(full);
    await database.dataSource.runMigrations();
    expect(await dumpSchema(database)).toBe(full);
    for (const _ of migrations) await database.dataSource.undoLastMigration();
    expect((await dumpSchema(database)).trim()).toBe('');
    await drop();
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
