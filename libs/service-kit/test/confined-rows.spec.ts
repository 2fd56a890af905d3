import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  ConfineRows,
  confineTo,
  Confinement,
  createDataSource,
  Database,
  type Tx,
  withCorrelation,
} from '../src/index.js';
import { withoutConfinement } from '../src/logging/correlation.js';

class Notes1763600000000 implements MigrationInterface {
  readonly name = 'Notes1763600000000';
  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['note', 'open_note'])
      await runner.query(`create table ${table} (id uuid primary key, organization_id uuid, name text not null)`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table note, open_note');
  }
}

class Confined1763600000001 extends ConfineRows {
  readonly name = 'Confined1763600000001';
  protected readonly tables = ['note'];
}

const migrations = [Notes1763600000000, Confined1763600000001];
const [ours, theirs, third] = [randomUUID(), randomUUID(), randomUUID()] as [string, string, string];
let test: TestDatabase;
/** With one connection: whoever comes next gets it. */
let database: Database;

beforeAll(async () => (test = await testDatabase({ migrations })));
beforeEach(async () => {
  await test.database.query('truncate note, open_note');
  const rows = [ours, theirs, third, null].map((organization) => [randomUUID(), organization] as const);
  for (const [id, organization] of rows)
    for (const table of ['note', 'open_note'])
      await test.database.query(`insert into ${table} values ($1, $2, $3)`, [id, organization, nameOf(organization)]);
  const source = createDataSource({ url: test.url, poolSize: 1, entities: [], migrations: [] });
  database = new Database(await source.initialize());
});
afterEach(() => database.onApplicationShutdown());
afterAll(() => test.drop());

const nameOf = (organization: string | null): string =>
  organization === null ? 'nobody' : (['ours', 'theirs', 'third'][[ours, theirs, third].indexOf(organization)] ?? '');
/** A request that was allowed in these. */
const allowedIn = <Result>(organizations: readonly string[], work: () => Result): Result =>
  withCorrelation({ correlationId: 'request', confinement: new Confinement() }, () => {
    for (const each of organizations) confineTo(each);
    return work();
  });
const namesIn = async (sql: Pick<Tx, 'query'>, table = 'note') =>
  (await sql.query<{ name: string }>(`select name from ${table} order by name`)).map(({ name }) => name);
const all = ['nobody', 'ours', 'theirs', 'third'];

describe('a statement that forgets its organization', () => {
  it('finds, in a transaction of a request, what is of its organization or of none', async () => {
    const found = allowedIn([ours], () =>
      database.transaction(async (tx) => [await namesIn(tx), await namesIn(tx, 'open_note')]),
    );
    expect(await found).toEqual([['nobody', 'ours'], all]);
  });

  it('finds what is of any of those in which the request was allowed', async () => {
    const found = allowedIn([ours, third], () => database.transaction((tx) => namesIn(tx)));
    expect(await found).toEqual(['nobody', 'ours', 'third']);
  });

  it('finds no other when it is prepared, also on a connection that prepared it for somebody else', async () => {
    const sql = 'select name from note where organization_id is not null';
    const names = (tx: Tx) => tx.queryPrepared<{ name: string }>(sql);
    for (const organization of [ours, theirs])
      for (let time = 0; time < 7; time++)
        expect(await allowedIn([organization], () => database.transaction(names))).toEqual([
          { name: nameOf(organization) },
        ]);
    expect(await database.transaction(names)).toHaveLength(3);
  });

  it.each([
    ['changes', `update note set name = name || '!'`, `update open_note set name = name || '!'`],
    ['deletes', 'delete from note', 'delete from open_note'],
  ])('%s no row of a neighbour, which it does without the wall', async (_, confined, open) => {
    await allowedIn([ours], () =>
      database.transaction(async (tx) => {
        await tx.query(confined);
        await tx.query(open);
      }),
    );
    expect((await namesIn(test.database)).filter((name) => all.includes(name))).toEqual(['theirs', 'third']);
    expect((await namesIn(test.database, 'open_note')).filter((name) => all.includes(name))).toEqual([]);
  });

  it('makes no row of a neighbour, and gives none away', async () => {
    const insert = (organization: string | null) =>
      allowedIn([ours], () =>
        database.transaction((tx) =>
          tx.query('insert into note values ($1, $2, $3)', [randomUUID(), organization, 'new']),
        ),
      );
    const given = allowedIn([ours], () =>
      database.transaction((tx) => tx.query('update note set organization_id = $1 where name = $2', [theirs, 'ours'])),
    );
    const refusal = { code: '42501', message: 'new row violates row-level security policy for table "note"' };
    await expect(insert(theirs)).rejects.toMatchObject(refusal);
    await expect(given).rejects.toMatchObject(refusal);
    await insert(ours);
    await insert(null);
    expect(await namesIn(test.database)).toEqual(['new', 'new', ...all].sort());
  });
});

describe('a transaction is confined', () => {
  it('from the statement on before which the request was allowed', async () => {
    const found = allowedIn([], () =>
      database.transaction(async (tx) => {
        const before = await namesIn(tx);
        confineTo(theirs);
        return [before, await namesIn(tx), await namesIn(tx)];
      }),
    );
    expect(await found).toEqual([all, ['nobody', 'theirs'], ['nobody', 'theirs']]);
  });

  it('but for what is done for all organizations, each statement by itself, also of many at once', async () => {
    const found = allowedIn([ours], () =>
      database.transaction((tx) =>
        Promise.all([
          namesIn(tx),
          withoutConfinement(() => namesIn(tx)),
          namesIn(tx),
          withoutConfinement(() => namesIn(tx)),
        ]),
      ),
    );
    expect(await found).toEqual([['nobody', 'ours'], all, ['nobody', 'ours'], all]);
  });

  it('and whoever has its connection next is not, however it ended', async () => {
    const backend = 'select pg_backend_pid() as pid';
    const [pid] = await allowedIn([ours], () => database.transaction((tx) => tx.query(backend)));
    expect(await namesIn(database)).toEqual(all);
    const failed = allowedIn([ours], () => database.transaction((tx) => tx.query('select 1/0')));
    await expect(failed).rejects.toThrow('division by zero');
    expect(await namesIn(database)).toEqual(all);
    expect(await database.transaction((tx) => namesIn(tx))).toEqual(all);
    expect(await database.query(backend)).toEqual([pid]);
  });

  it('and reads outside of it are not, with an Idempotency-Key as without one', async () => {
    const found = allowedIn([ours], () =>
      database.enclose(async () => [
        await namesIn(database),
        await database.transaction((tx) => namesIn(tx)),
        await namesIn(database),
      ]),
    );
    expect(await found).toEqual([all, ['nobody', 'ours'], all]);
    expect(await allowedIn([ours], () => namesIn(database))).toEqual(all);
  });

  it('and so is what is read as lists are, for a request that was allowed somewhere', async () => {
    const lists = () => {
      const { confined } = database;
      const sql = 'select name from note where name <> $1 order by name';
      const prepared = confined.queryPrepared<{ name: string }>(sql, ['']);
      const one = confined.queryOne<{ name: string }>('select name from note where name = $1', ['theirs']);
      return Promise.all([namesIn(confined), prepared.then((rows) => rows.map(({ name }) => name)), one]);
    };
    expect(await allowedIn([ours], lists)).toEqual([['nobody', 'ours'], ['nobody', 'ours'], undefined]);
    expect(await allowedIn([], lists)).toEqual([all, all, { name: 'theirs' }]);
    expect(await lists()).toEqual([all, all, { name: 'theirs' }]);
  });

  it('and fails when it goes on after a statement of it has failed', async () => {
    const failed = allowedIn([], () =>
      database.transaction(async (tx) => {
        await tx.query('select 1/0').catch(() => undefined);
        confineTo(ours);
        await namesIn(tx);
      }),
    );
    await expect(failed).rejects.toMatchObject({ code: '25P02' });
    expect(await namesIn(database)).toEqual(all);
  });
});

describe('a table of which rows are confined', () => {
  it('is found in by the indexes that it had', async () => {
    const plan = await allowedIn([ours], () =>
      database.transaction(async (tx) => {
        await tx.query('set local enable_seqscan to off');
        return tx.query<{ 'QUERY PLAN': string }>('explain select name from note where id = $1', [randomUUID()]);
      }),
    );
    expect(plan[0]?.['QUERY PLAN']).toContain('Index Scan using note_pkey');
  });

  it('is as it was when that is taken back', async () => {
    const guarded = () =>
      test.database.query(
        `select relname from pg_class where relrowsecurity or relforcerowsecurity
         union all select polname from pg_policy order by 1`,
      );
    expect(await guarded()).toEqual([{ relname: 'note' }, { relname: 'organization' }]);
    await test.database.dataSource.undoLastMigration();
    expect(await guarded()).toEqual([]);
    await test.database.dataSource.runMigrations();
    expect(await guarded()).toHaveLength(2);
  });
});
