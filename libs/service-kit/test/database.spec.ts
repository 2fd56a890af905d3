import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { createDataSource, Database, type Tx } from '../src/index.js';

let test: TestDatabase;
let database: Database;

const write = (tx: Tx, name: string) => tx.query('insert into note values ($1)', [name]);
const written = async () =>
  (await test.database.query<{ name: string }>('select name from note order by name')).map(({ name }) => name);
const backend = async (tx: Tx) => (await tx.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]!.pid;
const end = (pid: number) => test.database.query('select pg_terminate_backend($1)', [pid]);
const never = () => new Promise<never>(() => undefined);

beforeAll(async () => {
  test = await testDatabase();
  await test.database.query('create table note (name text primary key)');
});
beforeEach(async () => {
  await test.database.query('truncate note');
  const source = createDataSource({ url: test.url, poolSize: 1, entities: [], migrations: [] });
  database = new Database(await source.initialize());
});
afterEach(() => database.onApplicationShutdown());
afterAll(() => test.drop());

describe('a transaction', () => {
  it('commits what it did and then calls the hooks, in their order', async () => {
    const called: string[] = [];
    const answer = await database.transaction(async (tx) => {
      tx.afterCommit(() => called.push('first'));
      tx.afterCommit(() => called.push('second'));
      await write(tx, 'one');
      await write(tx, 'two');
      expect([await written(), called]).toEqual([[], []]);
      return 42;
    });
    expect([answer, await written(), called]).toEqual([42, ['one', 'two'], ['first', 'second']]);
  });

  it('leaves nothing, also of its first statement, when the work throws, and calls no hook', async () => {
    const work = database.transaction(async (tx) => {
      tx.afterCommit(() => expect('called').toBe('not'));
      await write(tx, 'one');
      throw new Error('enough');
    });
    await expect(work).rejects.toThrow('enough');
    expect(await written()).toEqual([]);
  });

  it('throws when a statement failed, though the work went on as if nothing had been', async () => {
    const hooks: string[] = [];
    const work = database.transaction(async (tx) => {
      tx.afterCommit(() => hooks.push('called'));
      await write(tx, 'one');
      await write(tx, 'one').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('The transaction was rolled back');
    expect([await written(), hooks]).toEqual([[], []]);
  });

  it('of no statement commits', async () => {
    await expect(database.transaction(async () => 'nothing')).resolves.toBe('nothing');
  });

  it('sends statements that nobody waits for in their order', async () => {
    await database.transaction(async (tx) => {
      const made = write(tx, 'one');
      const renamed = tx.query(`update note set name = 'two' where name = 'one'`);
      await Promise.all([made, renamed]);
    });
    expect(await written()).toEqual(['two']);
  });

  it('gives its connection back, whether it commits or not', async () => {
    const pids = [await database.transaction(backend)];
    await expect(database.transaction((tx) => tx.query('select 1 / 0'))).rejects.toThrow('division by zero');
    pids.push(await database.transaction(backend));
    expect(pids[1]).toBe(pids[0]);
  });

  it('whose connection ends fails, and the next one gets another', async () => {
    let lost = 0;
    const work = database.transaction(async (tx) => {
      lost = await backend(tx);
      await write(tx, 'one');
      await end(lost);
      await write(tx, 'two');
    });
    await expect(work).rejects.toThrow(/terminat|connection/i);
    expect(await database.transaction(backend)).not.toBe(lost);
    expect(await written()).toEqual([]);
  });

  it('of a process that is suspended is ended by Postgres: what it locked is free again', async () => {
    const [limit] = await database.transaction((tx) =>
      tx.query(`select current_setting('idle_in_transaction_session_timeout') as value`),
    );
    expect(limit).toEqual({ value: '1min' });
  });

  it('that hangs does not hold up the end of the service, and is undone', async () => {
    let begun: (() => void) | undefined;
    const entered = new Promise<void>((resolve) => (begun = resolve));
    void database.transaction(async (tx) => {
      await write(tx, 'half');
      begun?.();
      await never();
    });
    await entered;
    await database.onApplicationShutdown();
    await eventually(async () => {
      const left = `select 1 from pg_stat_activity where datname = $1 and state = 'idle in transaction'`;
      expect(await test.database.query(left, [test.name])).toEqual([]);
    });
    expect(await written()).toEqual([]);
  });
});

describe('a request that encloses', () => {
  it('commits all that was done below it at once, or nothing', async () => {
    const work = database.enclose(async () => {
      await database.transaction((tx) => write(tx, 'inner'));
      expect(await database.query('select name from note')).toEqual([{ name: 'inner' }]);
      throw new Error('the request failed');
    });
    await expect(work).rejects.toThrow('the request failed');
    expect(await written()).toEqual([]);
  });
});
