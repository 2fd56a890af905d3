import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ConfineParts, ConfineRows, confineTo, Confinement, type Tx, withCorrelation } from '../src/index.js';

class Books1763600000000 implements MigrationInterface {
  readonly name = 'Books1763600000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table book (id uuid primary key, organization_id uuid);
      create table page (id uuid primary key, book_id uuid not null references book (id) on delete cascade, text text not null);
      create table remark (page_id uuid not null references page (id) on delete cascade, text text not null)`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table book, page, remark');
  }
}

class Confined1763600000001 extends ConfineRows {
  readonly name = 'Confined1763600000001';
  protected readonly tables = ['book'];
}

class Parts1763600000002 extends ConfineParts {
  readonly name = 'Parts1763600000002';
  protected readonly parts = [
    { table: 'page', key: 'book_id', of: 'book' },
    { table: 'remark', key: 'page_id', of: 'page' },
  ];
}

const migrations = [Books1763600000000, Confined1763600000001, Parts1763600000002];
const [ours, theirs] = [randomUUID(), randomUUID()] as [string, string];
let test: TestDatabase;
beforeAll(async () => (test = await testDatabase({ migrations })));
afterAll(() => test.drop());
beforeEach(async () => {
  await test.database.query('truncate book, page, remark');
  for (const [organization, text] of [
    [ours, 'ours'],
    [theirs, 'theirs'],
    [null, 'nobody’s'],
  ])
    await test.database.query(
      `with b as (insert into book values (gen_random_uuid(), $1) returning id),
            p as (insert into page select gen_random_uuid(), id, $2 from b returning id)
       insert into remark select id, $2 from p`,
      [organization, text],
    );
});

/** In a transaction of a request that was allowed in our organization. */
const asOurs = <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> =>
  withCorrelation({ correlationId: 'request', confinement: new Confinement() }, () => {
    confineTo(ours);
    return test.database.transaction(work);
  });
const textsIn = async (sql: Pick<Tx, 'query'>, table: string) =>
  (await sql.query<{ text: string }>(`select text from ${table} order by text`)).map(({ text }) => text);
const bookOf = async (organization: string) =>
  (await test.database.query<{ id: string }>('select id from book where organization_id = $1', [organization]))[0]?.id;

describe('a row that belongs to a row of another table', () => {
  it.each(['page', 'remark'])('is found where that one is: in %s', async (table) => {
    expect(await asOurs((tx) => textsIn(tx, table))).toEqual(['nobody’s', 'ours']);
    expect(await textsIn(test.database, table)).toEqual(['nobody’s', 'ours', 'theirs']);
    expect(await test.database.transaction((tx) => textsIn(tx, table))).toHaveLength(3);
  });

  it('is changed and deleted there alone', async () => {
    await asOurs((tx) => tx.query(`update page set text = text || '!'`));
    await asOurs((tx) => tx.query('delete from remark'));
    expect(await textsIn(test.database, 'page')).toEqual(['nobody’s!', 'ours!', 'theirs']);
    expect(await textsIn(test.database, 'remark')).toEqual(['theirs']);
  });

  it('is made there alone, and not given away', async () => {
    const refusal = { code: '42501', message: 'new row violates row-level security policy for table "page"' };
    const add = (book: string | undefined) =>
      asOurs((tx) => tx.query(`insert into page values (gen_random_uuid(), $1, 'new')`, [book]));
    await expect(add(await bookOf(theirs))).rejects.toMatchObject(refusal);
    await add(await bookOf(ours));
    const given = asOurs(async (tx) =>
      tx.query(`update page set book_id = $1 where text = 'new'`, [await bookOf(theirs)]),
    );
    await expect(given).rejects.toMatchObject(refusal);
    expect(await textsIn(test.database, 'page')).toEqual(['new', 'nobody’s', 'ours', 'theirs']);
  });

  it('is found by the index of its key, for which its policy is no hindrance', async () => {
    await test.database.query('create index if not exists page_book on page (book_id)');
    const plan = await asOurs(async (tx) => {
      await tx.query('set local enable_seqscan to off');
      return tx.query<{ 'QUERY PLAN': string }>('explain select text from page where book_id = $1', [randomUUID()]);
    });
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('using page_book on page');
  });

  it('goes with it, also where a cascade takes it', async () => {
    await asOurs((tx) => tx.query('delete from book where organization_id = $1', [ours]));
    expect(await textsIn(test.database, 'remark')).toEqual(['nobody’s', 'theirs']);
  });

  it('is as open as before when that is taken back', async () => {
    const guarded = () => test.database.query('select polrelid::regclass::text as name from pg_policy order by 1');
    await test.database.dataSource.undoLastMigration();
    expect(await guarded()).toEqual([{ name: 'book' }]);
    expect(await asOurs((tx) => textsIn(tx, 'page'))).toHaveLength(3);
    await test.database.dataSource.runMigrations();
    expect(await guarded()).toHaveLength(3);
  });
});
