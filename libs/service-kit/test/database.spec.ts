import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { createDataSource, Database, isInfrastructureError, type Tx } from '../src/index.js';

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

/** What is written to PostgreSQL from now on, each time that the operating system is asked to. */
async function writesOf(source: DataSource): Promise<string[]> {
  const pool = (source.driver as PostgresDriver).master as Pool;
  const client = await pool.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  client.release();
  const writes: string[] = [];
  const [one, many] = [stream._write.bind(stream), stream._writev!.bind(stream)];
  stream._write = (chunk: Buffer, ...others) => (writes.push(chunk.toString('latin1')), one(chunk, ...others));
  stream._writev = (chunks, done) => {
    writes.push(chunks.map(({ chunk }) => (chunk as Buffer).toString('latin1')).join(''));
    many(chunks, done);
  };
  return writes;
}

/** PostgreSQL, of which each connection is ended in the packet that says it is ready, from `begin()` on. */
async function endedWhenReady(url: string) {
  let ends = false;
  const server = createServer((socket) => {
    const upstream = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined).pipe(upstream.on('error', () => undefined));
    upstream.on('data', (data) => {
      if (ends && data.includes(READY)) socket.end(Buffer.concat([data, ENDED]));
      else socket.write(data);
    });
    socket.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxied = Object.assign(new URL(url), { port }).href;
  return { url: proxied, begin: () => void (ends = true), close: () => server.close() };
}
/** https://www.postgresql.org/docs/current/protocol-message-formats.html: ReadyForQuery, ErrorResponse. */
const READY = Buffer.from('Z\0\0\0\x05I');
const words = 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
const ENDED = Buffer.from(`E\0\0\0${String.fromCharCode(words.length + 4)}${words}`);

describe('a transaction', () => {
  it('fails when its connection ends as soon as it is ready, and nothing else does', async () => {
    const proxy = await endedWhenReady(test.url);
    const source = createDataSource({ url: proxy.url, poolSize: 2, entities: [], migrations: [] });
    const through = new Database(await source.initialize());
    await through.transaction(async () => {
      proxy.begin();
      const error: unknown = await through.transaction((tx) => write(tx, 'one')).catch((thrown: unknown) => thrown);
      expect(isInfrastructureError(error)).toBe(true);
    });
    expect(await written()).toEqual([]);
    await through.onApplicationShutdown();
    proxy.close();
  });

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

  it('is begun and asks its first question in one write', async () => {
    const writes = await writesOf(database.dataSource);
    await database.transaction((tx) => write(tx, 'one'));
    expect(writes).toEqual([expect.stringMatching(/begin[^]*insert into note/), expect.stringContaining('commit')]);
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

describe('reads together', () => {
  const numbers = (...all: number[]) =>
    database.together((on) => Promise.all(all.map((each) => on.queryOne('select 10 / $1::int as is', [String(each)]))));

  it('leave in one write, and are answered each', async () => {
    await numbers(1, 2);
    const writes = await writesOf(database.dataSource);
    expect(await numbers(1, 2)).toEqual([{ is: 10 }, { is: 5 }]);
    expect(writes).toHaveLength(1);
  });

  it('of which one fails are waited for, and leave a connection behind that is of use', async () => {
    await expect(numbers(0, 1, 2)).rejects.toThrow('division by zero');
    expect(await numbers(2)).toEqual([{ is: 5 }]);
    expect(await database.transaction(async (tx) => (await write(tx, 'one'), 'committed'))).toBe('committed');
    expect(await written()).toEqual(['one']);
  });

  it('within a transaction are its reads', async () => {
    const seen = await database.enclose(async (tx) => {
      await write(tx, 'unseen');
      return database.together((on) => on.query('select name from note'));
    });
    expect(seen).toEqual([{ name: 'unseen' }]);
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
