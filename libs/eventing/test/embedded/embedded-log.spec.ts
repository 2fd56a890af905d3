import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import type { BusMessage } from '../../src/index.js';
import {
  advanceSql,
  behindSql,
  PARTITIONS,
  partitionOf,
  schema,
  startSql,
  type StoredMessage,
} from '../../src/embedded/embedded-log.js';
import { announcementOf, publicationOf } from '../../src/embedded/publication.js';
import { cloudEvent } from '../support.js';

const GENEROUS = 10_000_000;

describe('the partition of a key', () => {
  it('is one of the four, and always the same', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        expect(partitionOf(key)).toBe(partitionOf(key));
        expect(partitionOf(key)).toBeGreaterThanOrEqual(0);
        expect(partitionOf(key)).toBeLessThan(PARTITIONS);
      }),
    );
  });

  it('never moves: positions of running installations depend on it', () => {
    expect(['a', 'b', 'workload-1', '0193a5b0-0000-7000-8000-000000000022'].map(partitionOf)).toEqual([3, 1, 2, 2]);
  });

  it('spreads keys', () => {
    const counts = new Array<number>(PARTITIONS).fill(0);
    for (let n = 0; n < 4_000; n++) counts[partitionOf(`key-${n}`)]! += 1;
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});

describe('the log', () => {
  let test: TestDatabase;
  let clients: Client[];
  let sql: Client;

  beforeAll(async () => {
    test = await testDatabase();
    clients = await Promise.all(
      Array.from({ length: 9 }, async () => {
        const client = new Client({ connectionString: test.url });
        await client.connect();
        return client;
      }),
    );
    sql = clients[0]!;
    await sql.query(schema);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await test.drop();
  });
  beforeEach(() => sql.query('truncate berth_bus.message, berth_bus.partition, berth_bus.position'));

  const message = (key: string, n = 1, topic = 't'): BusMessage => ({
    topic,
    key,
    event: cloudEvent({ aggregateversion: n }),
  });
  const publish = (messages: readonly BusMessage[], client = sql) => client.query(publicationOf(messages));
  const advance = async (position: number, limit = 100, bytes = GENEROUS, key = 'a') => {
    const parameters = ['g', 't', partitionOf(key), position, limit, bytes];
    return (await sql.query<StoredMessage>(advanceSql, parameters)).rows;
  };
  const offsets = (rows: readonly StoredMessage[]) => rows.map((row) => Number(row.offset));
  const start = async () => {
    const { rows } = await sql.query<{ partition: number; next_offset: string }>(startSql, ['g', ['t']]);
    expect(rows).toHaveLength(PARTITIONS);
    return Number(rows.find(({ partition }) => partition === partitionOf('a'))?.next_offset);
  };

  it('numbers each partition contiguously from 0, in the order given', async () => {
    await publish([1, 2, 3].map((n) => message('a', n)));
    await publish([4, 5].map((n) => message('a', n)));
    const rows = await advance(0);
    expect(offsets(rows)).toEqual([0, 1, 2, 3, 4]);
    expect(rows.map((row) => row.event.aggregateversion)).toEqual([1, 2, 3, 4, 5]);
  });

  it('numbers topics and partitions apart', async () => {
    await publish([message('a'), message('b'), message('a', 1, 'other'), message('a', 2)]);
    const { rows } = await sql.query<{ name: string; next: number }>(
      `select topic || '/' || partition as name, next_offset::int as next from berth_bus.partition order by 1`,
    );
    expect(rows).toEqual([
      { name: `other/${partitionOf('a')}`, next: 1 },
      { name: `t/${partitionOf('b')}`, next: 1 },
      { name: `t/${partitionOf('a')}`, next: 2 },
    ]);
  });

  it('shows no gap to a reader while many publish: who sees an offset has seen all below', async () => {
    let writing = true;
    const writers = clients.slice(1).map(async (client, writer) => {
      for (let n = 0; n < 40; n++) await publish([message('a', n), message(`b${writer}`, n), message('a', n)], client);
    });
    const seen: number[] = [];
    const reader = async () => {
      while (writing || (await advance(seen.length)).length > 0) seen.push(...offsets(await advance(seen.length)));
    };
    const reading = reader();
    await Promise.all(writers);
    writing = false;
    await reading;
    expect(seen.length).toBeGreaterThanOrEqual(640);
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, n) => n));
  });

  it('lets publishers of several partitions in any order pass each other without deadlock', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    const writers = clients.slice(1).map(async (client, writer) => {
      const own = writer % 2 ? keys : [...keys].reverse();
      for (let n = 0; n < 30; n++)
        await publish(
          own.map((key) => message(key, n)),
          client,
        );
    });
    await expect(Promise.all(writers)).resolves.toHaveLength(8);
  });

  it('keeps none of a publication that is rolled back, and reuses its offsets', async () => {
    await sql.query('begin');
    await publish([message('a', 1)]);
    await sql.query('rollback');
    await publish([message('a', 2)]);
    expect((await advance(0)).map((row) => [Number(row.offset), row.event.aggregateversion])).toEqual([[0, 2]]);
  });

  it('reads at most so many messages, and no further one once so many bytes are read', async () => {
    await publish(Array.from({ length: 20 }, (_, n) => message('a', n)));
    expect(offsets(await advance(3, 4))).toEqual([3, 4, 5, 6]);
    const bytes = Buffer.byteLength(JSON.stringify(message('a', 11).event));
    expect((await advance(0, 100, Math.floor(bytes * 3.5))).length).toBe(4);
    expect((await advance(0, 100, 1)).length).toBe(1);
    expect(await advance(0, 0)).toEqual([]);
  });

  it('keeps a position that only moves forward', async () => {
    await publish(Array.from({ length: 5 }, (_, n) => message('a', n)));
    expect(await start()).toBe(0);
    await advance(3, 0);
    expect(await start()).toBe(3);
    await advance(1, 0);
    expect(await start()).toBe(3);
  });

  it('knows which partitions a group has not read to the end', async () => {
    await publish([message('a'), message('b')]);
    const behind = async () => (await sql.query<{ name: string }>(behindSql, ['g', ['t']])).rows.map((row) => row.name);
    expect((await behind()).sort()).toEqual([`t/${partitionOf('a')}`, `t/${partitionOf('b')}`].sort());
    await start();
    await advance(1, 0);
    expect(await behind()).toEqual([`t/${partitionOf('b')}`]);
    expect((await sql.query(behindSql, ['g', ['other']])).rows).toEqual([]);
  });

  const heardWhile = async (work: () => Promise<unknown>, isRead = (_partition: string) => true) => {
    const heard: [string, StoredMessage[]][] = [];
    const hear = ({ payload }: { payload?: string | undefined }) =>
      void heard.push(...announcementOf(payload ?? '', isRead));
    sql.on('notification', hear);
    await sql.query('listen berth_bus');
    await work();
    await sql.query('unlisten berth_bus');
    sql.off('notification', hear);
    return new Map(heard);
  };
  const [inA, inB] = [`t/${partitionOf('a')}`, `t/${partitionOf('b')}`];

  it('announces the partitions that got something, with the messages as they are read', async () => {
    await publish([message('a', 0)]);
    const heard = await heardWhile(() => publish([message('a', 1), message('b', 2), message('a', 3)]));
    expect([...heard.keys()].sort()).toEqual([inA, inB].sort());
    expect(heard.get(inA)).toEqual(await advance(1));
    expect(heard.get(inB)).toEqual(await advance(0, 100, GENEROUS, 'b'));
  });

  it('leaves out the partitions that nobody here reads', async () => {
    const both = () => publish([message('a', 1), message('b', 2)]);
    const heard = await heardWhile(both, (partition) => partition === inB);
    expect(heard).toEqual(new Map([[inB, await advance(0, 100, GENEROUS, 'b')]]));
  });

  it('announces the partitions alone when the messages do not fit into a notification', async () => {
    const large = message('a');
    const event = { ...large.event, data: { text: 'ä"'.repeat(2_500) } };
    const heard = await heardWhile(() => publish([{ ...large, event }, message('b')]));
    expect(heard).toEqual(new Map([inA, inB].map((name) => [name, []])));
  });

  it('fits whatever it announces into a notification, also what grows when it is written as JSON', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ä', '"', '\u0001', '\u2028'), maxLength: 2_000, size: 'max' });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 }), async (parts) => {
        const sent = parts.map(([key, data]) => ({ topic: 't', key, event: cloudEvent({ data: { text: data } }) }));
        const heard = await heardWhile(() => publish(sent));
        expect([...heard.keys()].sort()).toEqual([...new Set(sent.map(({ key }) => `t/${partitionOf(key)}`))].sort());
      }),
      { numRuns: 60 },
    );
  });

  it('is made once, however often it is asked for', async () => {
    await publish([message('a')]);
    await Promise.all(clients.map((client) => client.query(schema)));
    expect(await advance(0)).toHaveLength(1);
  });
});
