import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { createDataSource, migrate } from '../src/index.js';

class First1000000000001 implements MigrationInterface {
  readonly name = 'First1000000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table seen (transaction text, waits text, position pg_lsn)');
    await runner.query(seen);
  }
  async down(): Promise<void> {}
}

class Second1000000000002 implements MigrationInterface {
  readonly name = 'Second1000000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(seen);
  }
  async down(): Promise<void> {}
}

class Failing1000000000003 implements MigrationInterface {
  readonly name = 'Failing1000000000003';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(seen);
    await runner.query('select 1 / 0');
  }
  async down(): Promise<void> {}
}

const seen = `insert into seen select pg_current_xact_id()::text, current_setting('synchronous_commit'), pg_current_wal_insert_lsn()`;

describe('migrations', () => {
  let test: TestDatabase;
  const sources: DataSource[] = [];

  const source = async (...migrations: (new () => MigrationInterface)[]) => {
    const url = `${test.url}?options=${encodeURIComponent('-c synchronous_commit=on')}`;
    const opened = await createDataSource({ url, poolSize: 1, entities: [], migrations }).initialize();
    sources.push(opened);
    return opened;
  };
  const rows = <Row extends object>(sql: string) => test.database.query<Row>(sql);

  beforeEach(async () => {
    test = await testDatabase();
  });
  afterEach(async () => {
    for (const each of sources.splice(0)) await each.destroy();
    await test.drop();
  });

  it('are transactions of their own that do not wait for the disk, which has them all when they are done', async () => {
    const migrated = await source(First1000000000001, Second1000000000002);
    await migrate(migrated);
    const transactions = await rows<{ transaction: string; waits: string }>('select transaction, waits from seen');
    expect(new Set(transactions.map(({ transaction }) => transaction)).size).toBe(2);
    expect(transactions.map(({ waits }) => waits)).toEqual(['off', 'off']);
    expect(await rows('select bool_and(position < pg_current_wal_flush_lsn()) as flushed from seen')).toEqual([
      { flushed: true },
    ]);
    expect(await migrated.query('show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('that fail leave those before them, and nothing held: the next start goes on from there', async () => {
    const failing = await source(First1000000000001, Failing1000000000003);
    await expect(migrate(failing)).rejects.toThrow('division by zero');
    expect(await failing.query('show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    expect(await rows('select name from migrations')).toEqual([{ name: 'First1000000000001' }]);
    await migrate(await source(First1000000000001, Second1000000000002));
    expect(await rows('select name from migrations order by id')).toEqual([
      { name: 'First1000000000001' },
      { name: 'Second1000000000002' },
    ]);
    expect(await rows('select count(*)::int as rows from seen')).toEqual([{ rows: 2 }]);
  });

  it('of replicas that start together run once', async () => {
    const replicas = [await source(First1000000000001), await source(First1000000000001)];
    await Promise.all(replicas.map(migrate));
    expect(await rows('select count(*)::int as rows from seen')).toEqual([{ rows: 1 }]);
  });
});
