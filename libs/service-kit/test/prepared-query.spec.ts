import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { createDataSource, Database, isInfrastructureError } from '../src/index.js';

let test: TestDatabase;
let database: Database;

const opened = async (poolSize: number) => {
  const source = createDataSource({ url: test.url, poolSize, entities: [], migrations: [] });
  return new Database(await source.initialize());
};
const select = 'select name, amount from thing where name = $1';
const find = (name: string) => database.queryOne<{ name: string; amount: number }>(select, [name]);
/** What the only connection of the pool has prepared, and how often it was asked. */
const prepared = () =>
  database.query<{ statement: string; asked: number }>(
    `select statement, (generic_plans + custom_plans)::int as asked from pg_prepared_statements`,
  );

beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.database.query(`create table thing (name text primary key, amount int not null, note text)`);
  await test.database.query(`insert into thing values ('one', 1, 'a'), ('two', 2, null)`);
  database = await opened(1);
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await test.database.query('drop table thing');
});
afterAll(() => test.drop());

describe('a read by key', () => {
  it('answers the row, and undefined when there is none, in any order', async () => {
    const answers = [];
    for (const name of ['none', 'one', 'none', 'two', 'one']) answers.push(await find(name));
    const [one, two] = [
      { name: 'one', amount: 1 },
      { name: 'two', amount: 2 },
    ];
    expect(answers).toEqual([undefined, one, undefined, two, one]);
  });

  it('is prepared once for each connection, and each text by itself', async () => {
    for (const name of ['one', 'two', 'one']) await find(name);
    await database.queryOne('select note from thing where name = $1', ['one']);
    await find('two');
    const known = await prepared();
    expect(known.find(({ statement }) => statement === select)).toEqual({ statement: select, asked: 4 });
    expect(known).toHaveLength(2);
  });

  it('answers values of every kind as an ordinary query does', async () => {
    const columns = `name, amount, note, 9007199254740993 as big, 1.10::numeric as exact, 1.5::float8 as float, true as is_so,
      '{"a":[1,null]}'::jsonb as json, '\\x00ff'::bytea as bytes, array['x', null]::text[] as list, '2026-11-22'::date as day,
      '2026-11-22 03:24:12.123456+00'::timestamptz as at, 'infinity'::timestamptz as never, gen_random_uuid() is null as no,
      interval '1 day 2 hours' as while`;
    const text = `select ${columns} from thing where name = $1`;
    for (const name of ['one', 'two', 'one']) {
      const [expected] = await database.query(text, [name]);
      expect(await database.queryOne(text, [name])).toEqual(expected);
    }
  });

  it('gives each of many at once its own answer', async () => {
    await test.database.query(`insert into thing select 'n' || n, n from generate_series(1, 200) n`);
    const wide = await opened(4);
    const read = (n: number) => wide.queryOne<{ amount: number }>(select, [`n${n}`]);
    const numbers = Array.from({ length: 200 }, (_, at) => at + 1);
    const found = await Promise.all(numbers.map(read));
    await wide.onApplicationShutdown();
    expect(found.map((row) => row?.amount)).toEqual(numbers);
  });

  it('sees in a transaction what the transaction did, and so does one that a request encloses', async () => {
    await find('one');
    await database.transaction(async (tx) => {
      await tx.query(`update thing set amount = 11 where name = 'one'`);
      expect(await tx.queryOne(select, ['one'])).toEqual({ name: 'one', amount: 11 });
    });
    await database.enclose(async (tx) => {
      await tx.query(`update thing set amount = 12 where name = 'one'`);
      expect(await find('one')).toEqual({ name: 'one', amount: 12 });
    });
    expect(await prepared()).toHaveLength(1);
  });
});

describe('a prepared statement of a transaction', () => {
  const add = `insert into thing (name, amount, note) values ($1, $2, $3)`;
  const pid = async () => (await database.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid;

  it('is prepared once for each connection, whether it answers rows or none', async () => {
    const touch = 'update thing set amount = 4 where note is null returning name';
    for (const [name, touched] of [
      ['three', 2],
      ['four', 3],
    ] as const)
      await database.transaction(async (tx) => {
        expect(await tx.queryPrepared(add, [name, 3, null])).toEqual([]);
        expect(await tx.queryPrepared(touch)).toHaveLength(touched);
      });
    expect((await prepared()).map(({ asked }) => asked)).toEqual([2, 2]);
    expect(await database.queryPrepared('select count(*)::int as count from thing')).toEqual([{ count: 4 }]);
  });

  it('takes parameters of every kind as an ordinary one does', async () => {
    const text = `select $1::text as text, $2::int as number, $3::jsonb as json, $4::text[] as list, $5::timestamptz as at,
      $6::bytea as bytes, $7::boolean as is_so, $8::uuid as nothing, $9::uuid as missing, $10::jsonb as array`;
    const at = new Date('2026-11-22T03:24:12.123Z');
    const parameters = ['ä', 7, { a: [1, null] }, ['x', 'a "b", c'], at, Buffer.from([0, 255]), false, null, undefined];
    const all = [...parameters, JSON.stringify([1])];
    const [expected] = await database.query(text, all);
    for (const _ of [1, 2]) expect(await database.transaction((tx) => tx.queryPrepared(text, all))).toEqual([expected]);
  });

  it('may be asked for twice before it has answered', async () => {
    const found = await database.transaction((tx) =>
      Promise.all(['one', 'two', 'one'].map((name) => tx.queryOne<{ amount: number }>(select, [name]))),
    );
    expect(found.map((row) => row?.amount)).toEqual([1, 2, 1]);
    expect(await find('two')).toMatchObject({ amount: 2 });
  });

  it('that fails ends its transaction, and no connection that had done it before', async () => {
    await database.transaction((tx) => tx.queryPrepared(add, ['three', 3, null]));
    const before = await pid();
    const again = database.transaction((tx) => tx.queryPrepared(add, ['three', 3, null]));
    await expect(again).rejects.toMatchObject({ code: '23505' });
    await database.transaction((tx) => tx.queryPrepared(add, ['four', 4, null]));
    expect(await pid()).toBe(before);
  });

  it('that fails the first time takes its connection with it', async () => {
    const before = await pid();
    const first = database.transaction((tx) => tx.queryPrepared(add, ['one', 1, null]));
    await expect(first).rejects.toMatchObject({ code: '23505' });
    await database.transaction((tx) => tx.queryPrepared(add, ['three', 3, null]));
    expect(await pid()).not.toBe(before);
  });

  it('is asked once more beside others, too, when a migration changed what it answers', async () => {
    const both = () =>
      database.together((on) => Promise.all(['one', 'two'].map((each) => on.queryOne(select, [each]))));
    const amounts = async () => (await both()).map((each) => (each as { amount: unknown }).amount);
    expect(await amounts()).toEqual([1, 2]);
    expect(await amounts()).toEqual([1, 2]);
    await test.database.query('alter table thing alter column amount type text');
    expect(await amounts()).toEqual(['1', '2']);
    expect(await amounts()).toEqual(['1', '2']);
  });

  it('fails once on a connection, as the world does, when a migration has changed the type of what it answers', async () => {
    const read = () => database.transaction((tx) => tx.queryOne(select, ['one']));
    await read();
    await test.database.query('alter table thing alter column amount type text');
    expect(isInfrastructureError(await read().catch((error: unknown) => error))).toBe(true);
    expect(await read()).toEqual({ name: 'one', amount: '1' });
  });
});

describe('a statement that was prepared', () => {
  it('is asked anew when a migration has changed the type of what it answers', async () => {
    await find('one');
    await test.database.query('alter table thing alter column amount type text');
    for (const name of ['one', 'two', 'one'])
      expect(await find(name)).toMatchObject({ name, amount: expect.any(String) });
  });

  it('goes on when a migration has added a column and an index', async () => {
    await find('one');
    await test.database.query('alter table thing add column later int default 3');
    await test.database.query('create index on thing (amount)');
    expect(await find('one')).toEqual({ name: 'one', amount: 1 });
  });

  it('is prepared again on the connection that follows one that has ended', async () => {
    await find('one');
    const [{ pid }] = (await database.query<{ pid: number }>('select pg_backend_pid() as pid')) as [{ pid: number }];
    const ended = database.query('select pg_terminate_backend(pg_backend_pid())');
    await expect(ended).rejects.toMatchObject({ code: '57P01' });
    expect(await find('two')).toEqual({ name: 'two', amount: 2 });
    const [now] = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
    expect(now?.pid).not.toBe(pid);
  });
});

describe('a read by key that fails', () => {
  it('throws what Postgres says, with a trace of who asked, and harms no later one', async () => {
    const read = async () => database.queryOne('select 1 from thing where name::uuid = $1', ['not a uuid']);
    const failure = (await read().catch((error: unknown) => error)) as Error;
    expect(failure).toMatchObject({ code: '22P02' });
    expect(failure.stack).toContain('prepared-query.spec');
    expect(await find('one')).toEqual({ name: 'one', amount: 1 });
  });

  it('fails each time for a text that cannot be prepared', async () => {
    for (const _ of [1, 2])
      await expect(database.queryOne('select nothing from nowhere', ['x'])).rejects.toMatchObject({ code: '42P01' });
    expect(await find('one')).toEqual({ name: 'one', amount: 1 });
  });
});

describe('a page of a list', () => {
  it('is planned for its own cursor: what stands before it is not read', async () => {
    await test.database.query(
      `insert into thing select 'row ' || lpad(n::text, 5, '0'), n from generate_series(1, 5000) n`,
    );
    await test.database.query('analyze thing');
    const read = await database.transaction(async (tx) => {
      const page = 'select name from thing where ($1::text is null or name > $1) order by name limit $2';
      expect(await tx.query(page, ['row 04900', 10])).toHaveLength(10);
      return tx.queryOne<{ rows: number }>(
        `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables where relname = $1`,
        ['thing'],
      );
    });
    expect(read?.rows).toBeLessThan(200);
  });
});
