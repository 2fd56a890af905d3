import { allMigrations, createDataSource } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { userManagement } from '../src/index.js';

let made: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  made = await testDatabase();
  const migrations = allMigrations(userManagement as never);
  source = await createDataSource({ url: made.url, poolSize: 2, entities: [], migrations }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await made.drop();
});

const schema = async () =>
  JSON.stringify(
    await made.database.query(
      `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
        where table_schema = 'public' and table_name <> 'migrations' order by 1, 2`,
    ),
  );

it('run up, down to nothing, and up again to the same schema', async () => {
  await source.runMigrations();
  const up = await schema();
  for (let i = 0; i < source.migrations.length; i++) await source.undoLastMigration();
  expect(await schema()).toBe('[]');
  await source.runMigrations();
  expect(await schema()).toBe(up);
});
