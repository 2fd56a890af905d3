import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateMetering1763700000001 } from '../src/database/migrations/create-metering.migration.js';

let db: TestDatabase;
const migration = new CreateMetering1763700000001();
const shape = () =>
  db.database.query(
    `select table_name, column_name, data_type, is_nullable from information_schema.columns
      where table_schema = 'public' order by 1, 2`,
  );

beforeAll(async () => {
  db = await testDatabase({ migrations: [CreateMetering1763700000001] });
});
afterAll(() => db.drop());

describe('the migration', () => {
  it('goes down, with rows present, and up again to the same', async () => {
    const before = await shape();
    await db.database.query(
      `insert into accepted_event (source, id, type, workload_id, epoch, version, is_snapshot, time, accepted_at, data)
       values ('s', 'i', 't', gen_random_uuid(), 0, 1, false, now(), now(), '{}')`,
    );
    const runner = db.database.dataSource.createQueryRunner();
    await migration.down(runner);
    const left = (await shape()) as { table_name: string }[];
    expect(left.filter((column) => column.table_name !== 'migrations')).toEqual([]);
    await migration.up(runner);
    await runner.release();
    expect(await shape()).toEqual(before);
  });

  it('brings the default price book', async () => {
    const books = await db.database.query('select name, currency, core_hour, gib_hour from price_book');
    expect(books).toEqual([{ name: 'default', currency: 'EUR', core_hour: '0.0280000000', gib_hour: '0.0070000000' }]);
  });
});
