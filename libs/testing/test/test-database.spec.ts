import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventually, testDatabase, type TestDatabase } from '../src/index.js';

class Notes1763600000000 implements MigrationInterface {
  readonly name = 'Notes1763600000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table note (id int primary key)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table note');
  }
}

describe('testDatabase', () => {
  const open: TestDatabase[] = [];
  beforeAll(async () => {
    for (const each of await Promise.all([1, 2].map(() => testDatabase({ migrations: [Notes1763600000000] }))))
      open.push(each);
  });
  afterAll(() => Promise.all(open.map((each) => each.drop())));

  it('gives each caller a migrated database of its own', async () => {
    const [first, second] = open as [TestDatabase, TestDatabase];
    await first.database.query('insert into note values (1)');
    expect(await second.database.query('select id from note')).toEqual([]);
    expect(await first.database.query('select id from note')).toEqual([{ id: 1 }]);
  });

  it('runs hooks after the commit and never after a rollback', async () => {
    const { database } = open[0] as TestDatabase;
    const seen: string[] = [];
    await database.transaction(async (tx) => tx.afterCommit(() => seen.push('committed')));
    const failing = database.transaction(async (tx) => {
      tx.afterCommit(() => seen.push('rolled back'));
      await tx.query('insert into note values (7)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(seen).toEqual(['committed']);
    expect(await database.query('select id from note where id = 7')).toEqual([]);
  });

  it('answers rows of update and delete with returning', async () => {
    const { database } = open[0] as TestDatabase;
    await database.query('insert into note values (3)');
    expect(await database.query('update note set id = 4 where id = 3 returning id')).toEqual([{ id: 4 }]);
    expect(await database.transaction((tx) => tx.query('delete from note where id = 4 returning id'))).toEqual([
      { id: 4 },
    ]);
  });
});

describe('eventually', () => {
  it('answers once the attempt stops throwing', async () => {
    let left = 3;
    const attempt = () => {
      if (left-- > 0) throw new Error('not yet');
      return 'there';
    };
    expect(await eventually(attempt, { every: 1 })).toBe('there');
  });

  it('throws what the last attempt threw when time is up', async () => {
    const attempt = () => {
      throw new Error('never');
    };
    await expect(eventually(attempt, { within: 20, every: 5 })).rejects.toThrow('never');
  });
});
