import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { createLogger, Ids, type Tx } from '@berth/service-kit';
import { reconcileMigrations, WorkQueue } from '../src/index.js';
import { WakeBus, type WakeSignal } from '../src/wake-bus.js';

interface Item {
  key: string;
  work_group: string;
  generation: string;
  due_in: number;
  interrupted: boolean;
}

let db: TestDatabase;
let bus: WakeBus;
let queue: WorkQueue;

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => db.database.transaction(work);
const items = () =>
  db.database.query<Item>(
    `select key, work_group, generation, interrupted, extract(epoch from due_at - now())::float8 as due_in
       from work_item where queue = 'q' order by key`,
  );
const deadlines = () =>
  db.database.query<{ name: string; at: Date; attempts: number }>(
    'select name, at, attempts from work_deadline order by name',
  );

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
});
beforeEach(async () => {
  await db.database.query('truncate work_item, work_lease, work_deadline');
  bus = new WakeBus(db.database, new Ids(), createLogger('test', 'silent'));
  queue = new WorkQueue(bus);
});
afterAll(() => db.drop());

describe('enqueue', () => {
  it('exists only if the transaction commits, and wakes only then', async () => {
    const woken: WakeSignal[] = [];
    bus.subscribe((signal) => woken.push(signal));
    const failed = inTx(async (tx) => {
      await queue.enqueue(tx, 'q', 'a');
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await items()).toEqual([]);
    expect(woken).toEqual([]);
    await inTx(async (tx) => {
      await queue.enqueue(tx, 'q', 'a');
      expect(woken).toEqual([]);
    });
    expect(woken).toEqual([{ queue: 'q' }]);
  });

  it('collapses the same key into one row with a new generation', async () => {
    await inTx((tx) => queue.enqueue(tx, 'q', 'a'));
    const [before] = await items();
    await inTx((tx) => queue.enqueue(tx, 'q', 'a'));
    const after = await items();
    expect(after).toHaveLength(1);
    expect(BigInt(after[0]!.generation)).toBeGreaterThan(BigInt(before!.generation));
  });

  it.each([
    ['a later one does not delay', 1_000, 10_000, 1_000],
    ['an earlier one advances', 10_000, 1_000, 1_000],
    ['now beats everything', 10_000, 0, 0],
  ])('%s', async (_name, first, second, expected) => {
    await inTx((tx) => queue.enqueue(tx, 'q', 'a', { afterSeconds: first }));
    await inTx((tx) => queue.enqueue(tx, 'q', 'a', { afterSeconds: second }));
    const [item] = await items();
    expect(item!.due_in).toBeLessThanOrEqual(expected);
    expect(item!.due_in).toBeGreaterThan(expected - 900);
  });

  it('keeps the group when none is given and changes it when one is', async () => {
    await inTx((tx) => queue.enqueue(tx, 'q', 'a', { group: 'one' }));
    await inTx((tx) => queue.enqueue(tx, 'q', 'a'));
    expect((await items())[0]!.work_group).toBe('one');
    await inTx((tx) => queue.enqueue(tx, 'q', 'a', { group: 'two' }));
    expect((await items())[0]!.work_group).toBe('two');
  });

  it('keeps queues apart', async () => {
    await inTx((tx) => queue.enqueue(tx, 'other', 'a'));
    expect(await items()).toEqual([]);
  });

  it('keeps an interrupt that a later enqueue follows', async () => {
    await inTx((tx) => queue.interrupt(tx, 'q', 'a'));
    await inTx((tx) => queue.enqueue(tx, 'q', 'a'));
    expect((await items())[0]!.interrupted).toBe(true);
  });

  it('of many keys at once keeps their groups, makes them due now, and wakes once', async () => {
    await inTx((tx) => queue.enqueue(tx, 'q', 'known', { group: 'acme', afterSeconds: 600 }));
    const [before] = await items();
    const woken: WakeSignal[] = [];
    bus.subscribe((signal) => woken.push(signal));
    await inTx((tx) => queue.enqueueAll(tx, 'q', ['new', 'known']));
    const found = await items();
    expect(found.map(({ key, work_group }) => [key, work_group])).toEqual([
      ['known', 'acme'],
      ['new', ''],
    ]);
    expect(found.every((each) => each.due_in <= 0)).toBe(true);
    expect(BigInt(found[0]!.generation)).toBeGreaterThan(BigInt(before!.generation));
    expect(woken).toEqual([{ queue: 'q' }]);
  });

  it('of many keys at once, from many sides in any order, deadlocks with nobody', async () => {
    const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
    const shuffled = () => keys.toSorted(() => Math.random() - 0.5);
    await Promise.all(Array.from({ length: 16 }, () => inTx((tx) => queue.enqueueAll(tx, 'q', shuffled()))));
    expect(await items()).toHaveLength(200);
  });

  it('collapses 10,000 requests for 10 keys into 10 rows', async () => {
    await inTx(async (tx) => {
      for (let i = 0; i < 10_000; i++) await queue.enqueue(tx, 'q', `key-${i % 10}`);
    });
    expect(await items()).toHaveLength(10);
  });
});

describe('wake signals', () => {
  it('reach other processes once per queue and never come back to the sender', async () => {
    const here: WakeSignal[] = [];
    const there: WakeSignal[] = [];
    const other = new WakeBus(db.database, new Ids(), createLogger('test', 'silent'));
    bus.subscribe((signal) => here.push(signal));
    other.subscribe((signal) => there.push(signal));
    const sent: string[] = [];
    const spy = { query: async (_sql: string, [, payloads]: [string, string[]]) => (sent.push(...payloads), []) };
    const sender = new WakeBus(spy as never, new Ids(), createLogger('test', 'silent'));
    for (let i = 0; i < 100; i++) sender.publish({ queue: 'q' });
    sender.publish({ queue: 'q', key: 'a' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toHaveLength(2);
    for (const payload of sent) {
      sender.receive(payload);
      other.receive(payload);
    }
    other.receive('');
    expect(there).toEqual([{ queue: 'q' }, { queue: 'q', key: 'a' }]);
    expect(here).toEqual([]);
  });

  it('are dropped without harm when the database does not answer', async () => {
    const broken = { query: () => Promise.reject(new Error('gone')) };
    const sender = new WakeBus(broken as never, new Ids(), createLogger('test', 'silent'));
    const here: WakeSignal[] = [];
    sender.subscribe((signal) => here.push(signal));
    sender.publish({ queue: 'q' });
    await new Promise((resolve) => setImmediate(resolve));
    sender.publish({ queue: 'q' });
    expect(here).toHaveLength(2);
  });
});

describe('deadlines', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, second));

  it('are replaced by name', async () => {
    await inTx((tx) => queue.setDeadline(tx, { queue: 'q', key: 'a', name: 'phase', at: at(1) }));
    await inTx((tx) => queue.setDeadline(tx, { queue: 'q', key: 'a', name: 'total', at: at(2) }));
    await db.database.query('update work_deadline set attempts = 3');
    await inTx((tx) => queue.setDeadline(tx, { queue: 'q', key: 'a', name: 'phase', at: at(9) }));
    expect(await deadlines()).toEqual([
      { name: 'phase', at: at(9), attempts: 0 },
      { name: 'total', at: at(2), attempts: 3 },
    ]);
  });

  it('are cleared by name', async () => {
    await inTx((tx) => queue.setDeadline(tx, { queue: 'q', key: 'a', name: 'phase', at: at(1) }));
    await inTx((tx) => queue.setDeadline(tx, { queue: 'q', key: 'a', name: 'total', at: at(2) }));
    await inTx((tx) => queue.clearDeadline(tx, { queue: 'q', key: 'a', name: 'phase' }));
    expect((await deadlines()).map((each) => each.name)).toEqual(['total']);
  });

  it('go with the key', async () => {
    await inTx(async (tx) => {
      await queue.enqueue(tx, 'q', 'a');
      await queue.enqueue(tx, 'q', 'b');
      await queue.setDeadline(tx, { queue: 'q', key: 'a', name: 'phase', at: at(1) });
    });
    await inTx((tx) => queue.remove(tx, 'q', 'a'));
    expect((await items()).map((each) => each.key)).toEqual(['b']);
    expect(await deadlines()).toEqual([]);
  });
});
