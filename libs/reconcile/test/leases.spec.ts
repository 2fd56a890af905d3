import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { createLogger, type Database, Ids, type Tx } from '@berth/service-kit';
import { LeaseLost, reconcileMigrations, WorkQueue } from '../src/index.js';
import { type Lease, LeasesRepository, requireLease } from '../src/leases.repository.js';
import { claimSql } from '../src/leases.sql.js';
import { type ReconcileOptions, resolveOptions } from '../src/reconciler.js';
import { WakeBus } from '../src/wake-bus.js';

let db: TestDatabase;
let leases: LeasesRepository;
let queue: WorkQueue;

const inTx = <Result>(work: (tx: Tx) => Promise<Result>) => db.database.transaction(work);
const enqueue = (key: string, group = '', afterSeconds = 0) =>
  inTx((tx) => queue.enqueue(tx, 'q', key, { group, afterSeconds }));
const claim = (wanted: number, options: ReconcileOptions = {}) => leases.claim('q', wanted, resolveOptions(options));
const claimOne = async (): Promise<Lease> => {
  const [lease] = await claim(1);
  if (!lease) throw new Error('nothing was due');
  return lease;
};
const expire = () => db.database.query(`update work_lease set expires_at = now() - interval '1 second'`);
const makeDue = () => db.database.query('update work_item set due_at = now() where due_at is not null');
const item = async (key: string) =>
  (
    await db.database.query<{ attempts: number; due_in: number | null }>(
      `select attempts, extract(epoch from due_at - now())::float8 as due_in from work_item where key = $1`,
      [key],
    )
  )[0];
const done = (seconds: number | null) => ({ kind: 'done', seconds }) as const;
const failed = { kind: 'failed', seconds: null } as const;

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
  leases = new LeasesRepository(db.database);
  queue = new WorkQueue(new WakeBus(db.database, new Ids(), createLogger('test', 'silent')));
});
beforeEach(() => db.database.query('truncate work_item, work_lease, work_deadline, work_group_limit'));
afterAll(() => db.drop());

describe('what blocks a key', () => {
  const blocked = { ...done(0), blockedBy: 'NamespaceHeld' };
  const counted = () => leases.countBlocked(['q']);
  const finish = async (...finishes: Parameters<LeasesRepository['finish']>[2][]) => {
    for (const each of finishes) {
      await makeDue();
      await leases.finish('q', await claimOne(), each);
    }
  };

  it('stands until a run finds out otherwise: not while it is looked at, and not when a run fails or is broken off', async () => {
    await enqueue('a');
    await finish(blocked, failed, { kind: 'returned', seconds: 0 });
    const held = [{ queue: 'q', reason: 'NamespaceHeld', count: 1 }];
    expect(await counted()).toEqual(held);
    const lease = await claimOne();
    expect(await counted()).toEqual(held);
    await leases.finish('q', lease, done(60));
    expect(await counted()).toEqual([]);
  });

  it.each(['done', 'spread'] as const)('is forgotten when a run is %s', async (kind) => {
    await enqueue('a');
    await finish(blocked, { kind, seconds: 1 });
    expect(await counted()).toEqual([]);
  });

  it('is gone with the key, and of other queues it is not told', async () => {
    await enqueue('a');
    await finish(blocked);
    expect(await leases.countBlocked(['elsewhere'])).toEqual([]);
    await finish(done(null));
    expect(await counted()).toEqual([]);
  });
});

describe('claiming', () => {
  it('takes due keys only, the longest due first', async () => {
    await enqueue('first');
    await enqueue('second');
    await enqueue('later', '', 60);
    expect((await claim(1)).map((lease) => lease.key)).toEqual(['first']);
    expect((await claim(5)).map((lease) => lease.key)).toEqual(['second']);
    expect(await claim(5)).toEqual([]);
  });

  it('gives every claim a higher fence, also after the key was forgotten', async () => {
    const fences: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      await enqueue('a');
      const lease = await claimOne();
      fences.push(BigInt(lease.fence));
      await leases.finish('q', lease, done(null));
    }
    expect(fences[1]).toBeGreaterThan(fences[0]!);
    expect(fences[2]).toBeGreaterThan(fences[1]!);
  });

  it('does not give a key that is worked on, however often it is enqueued', async () => {
    await enqueue('a');
    await claimOne();
    await enqueue('a');
    expect(await claim(5)).toEqual([]);
  });

  it('is not crowded out by keys that are worked on and asked for again', async () => {
    await enqueue('busy-1');
    await enqueue('busy-2');
    await claim(2);
    await enqueue('busy-1');
    await enqueue('busy-2');
    await enqueue('free');
    expect((await claim(1)).map((lease) => lease.key)).toEqual(['free']);
  });

  it('never gives one key to two of many claimers at once', async () => {
    for (let i = 0; i < 60; i++) await enqueue(`key-${i}`);
    const claimed = (await Promise.all(Array.from({ length: 8 }, () => claim(9)))).flat();
    const keys = claimed.map((lease) => lease.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(60);
  });

  it('looks keys up instead of joining whole tables, also before the planner knows anything of them', async () => {
    await db.database.query(
      `insert into work_item (queue, key, work_group, generation, due_at)
       select 'q', 'key-' || n, 'group-' || n % 50, n, now() from generate_series(1, 5000) n`,
    );
    const plan = await db.database.query<{ 'QUERY PLAN': string }>(`explain (analyze) ${claimSql}`, [
      'q',
      16,
      30,
      1000,
    ]);
    const removed = plan.flatMap((row) => /Removed by Join Filter: (\d+)/.exec(row['QUERY PLAN'])?.[1] ?? []);
    expect(Math.max(0, ...removed.map(Number))).toBeLessThan(100_000);
  });

  it('passes over a key that an open transaction enqueues, without waiting and without taking fewer', async () => {
    await enqueue('locked');
    await enqueue('free-1');
    await enqueue('free-2');
    await inTx(async (tx) => {
      await queue.enqueue(tx, 'q', 'locked');
      expect((await claim(2)).map((lease) => lease.key)).toEqual(['free-1', 'free-2']);
    });
  });
});

describe('groups', () => {
  const limit = (group: string, atOnce: number) => inTx((tx) => queue.limitGroup(tx, 'q', group, atOnce));

  it('have limits of their own, which count what is in work, and hold from the next claim on', async () => {
    for (let i = 0; i < 4; i++) for (const group of ['free', 'one', 'none']) await enqueue(`${group}-${i}`, group);
    await limit('one', 1);
    await limit('none', 0);
    const claimed = await claim(8);
    expect(groupsOf(claimed)).toEqual(['free', 'free', 'free', 'free', 'one']);
    expect(await claim(8)).toEqual([]);
    await limit('one', 3);
    await limit('none', 1);
    expect(groupsOf(await claim(8))).toEqual(['none', 'one', 'one']);
    await limit('one', 0);
    for (const lease of claimed) await leases.finish('q', lease, done(null));
    expect(await claim(8)).toEqual([]);
  });

  it('are never given more than the queue allows, whatever their own limit', async () => {
    for (let i = 0; i < 4; i++) await enqueue(`a-${i}`, 'a');
    await limit('a', 3);
    expect(await claim(8, { perGroup: 2 })).toHaveLength(2);
  });

  const groupsOf = (claimed: Lease[]) => claimed.map((lease) => lease.key.split('-')[0]).sort();

  it('take turns, however long one of them queues', async () => {
    for (let i = 0; i < 20; i++) await enqueue(`big-${i}`, 'big');
    await enqueue('small-0', 'small');
    await enqueue('tiny-0', 'tiny');
    expect(groupsOf(await claim(4))).toEqual(['big', 'big', 'small', 'tiny']);
  });

  it('count what they have in work: the one with less comes first', async () => {
    for (let i = 0; i < 5; i++) await enqueue(`big-${i}`, 'big');
    await claim(3);
    for (let i = 0; i < 5; i++) await enqueue(`new-${i}`, 'new');
    expect(groupsOf(await claim(3))).toEqual(['new', 'new', 'new']);
    expect(groupsOf(await claim(2))).toEqual(['big', 'new']);
  });

  it('never exceed their limit, not even with claimers at once', async () => {
    for (let i = 0; i < 20; i++) await enqueue(`a-${i}`, 'a');
    for (let i = 0; i < 20; i++) await enqueue(`b-${i}`, 'b');
    const claimed = (await Promise.all(Array.from({ length: 6 }, () => claim(10, { perGroup: 2 })))).flat();
    expect(groupsOf(claimed)).toEqual(['a', 'a', 'b', 'b']);
  });

  it('get their place back when a key is finished', async () => {
    await enqueue('a-1', 'a');
    await enqueue('a-2', 'a');
    const [first] = await claim(5, { perGroup: 1 });
    expect(await claim(5, { perGroup: 1 })).toEqual([]);
    await leases.finish('q', first!, done(null));
    expect(await claim(5, { perGroup: 1 })).toHaveLength(1);
  });
});

describe('finishing', () => {
  it('spread comes back at moments between half and one and a half times the wanted one, not all at once', async () => {
    const due: number[] = [];
    for (let i = 0; i < 40; i++) {
      await enqueue(`spread-${i}`);
      await leases.finish('q', await claimOne(), { kind: 'spread', seconds: 1_000 });
      due.push((await item(`spread-${i}`))?.due_in ?? 0);
    }
    expect(Math.min(...due)).toBeGreaterThan(490);
    expect(Math.max(...due)).toBeLessThan(1_500);
    expect(Math.max(...due) - Math.min(...due)).toBeGreaterThan(300);
  });

  it('forgets a settled key', async () => {
    await enqueue('a');
    expect(await leases.finish('q', await claimOne(), done(null))).toBeNull();
    expect(await item('a')).toBeUndefined();
  });

  it('keeps a settled key that was enqueued meanwhile, due at once', async () => {
    await enqueue('a');
    const lease = await claimOne();
    await enqueue('a');
    await leases.finish('q', lease, done(null));
    expect((await claimOne()).key).toBe('a');
  });

  it('keeps the earlier of what was enqueued meanwhile and what the run asks for', async () => {
    await enqueue('a');
    const lease = await claimOne();
    await enqueue('a', '', 30);
    expect(await leases.finish('q', lease, done(100))).toBeLessThanOrEqual(30);
  });

  it('keeps a removed key removed, and one enqueued after its removal enqueued', async () => {
    await enqueue('gone');
    await enqueue('back');
    const claimed = await claim(2);
    await inTx((tx) => queue.remove(tx, 'q', 'gone'));
    await inTx((tx) => queue.remove(tx, 'q', 'back'));
    await enqueue('back');
    expect(await claim(2)).toEqual([]);
    for (const lease of claimed) await leases.finish('q', lease, done(300));
    expect(await item('gone')).toBeUndefined();
    expect((await claimOne()).key).toBe('back');
  });

  it('is refused to a former holder and changes nothing', async () => {
    await enqueue('a');
    const former = await claimOne();
    await expire();
    await leases.returnExpired();
    const present = await claimOne();
    expect(await leases.finish('q', former, done(null))).toBe('lost');
    await expect(inTx((tx) => requireLease(tx, 'q', former))).rejects.toThrow(LeaseLost);
    await inTx((tx) => requireLease(tx, 'q', present));
  });

  it('doubles the delay with each failure, up to 5 minutes, with jitter', async () => {
    await enqueue('a');
    const delays: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      await makeDue();
      const lease = await claimOne();
      expect(lease.attempts).toBe(attempt);
      delays.push((await leases.finish('q', lease, failed)) as number);
    }
    delays.forEach((delay, attempt) => {
      const full = Math.min(300, 2 ** attempt);
      expect(delay).toBeGreaterThanOrEqual(full / 2 - 0.05);
      expect(delay).toBeLessThanOrEqual(full);
    });
    expect(new Set(delays.slice(-3).map((delay) => delay.toFixed(3))).size).toBeGreaterThan(1);
  });

  it.each([
    ['a success forgets failures', done(10), 0],
    ['a returned key keeps its count', { kind: 'returned', seconds: 0 } as const, 2],
  ])('%s', async (_name, finish, attempts) => {
    await enqueue('a');
    for (let i = 0; i < 2; i++) {
      await makeDue();
      await leases.finish('q', await claimOne(), failed);
    }
    await makeDue();
    await leases.finish('q', await claimOne(), finish);
    expect((await item('a'))?.attempts).toBe(attempts);
  });
});

describe('leases', () => {
  it('are renewed by a heartbeat, and only the ones named', async () => {
    await enqueue('a');
    await enqueue('b');
    const [a] = await claim(2, { leaseSeconds: 5 });
    await leases.heartbeat('q', [a!], 1000);
    const rows = await db.database.query<{ key: string; long: boolean }>(
      `select key, expires_at > now() + interval '900 seconds' as long from work_lease order by key`,
    );
    expect(rows).toEqual([
      { key: 'a', long: true },
      { key: 'b', long: false },
    ]);
  });

  it('report loss, interrupt and removal to the heartbeat', async () => {
    for (const key of ['fine', 'lost', 'interrupted', 'removed']) await enqueue(key);
    const claimed = await claim(4);
    await db.database.query(`delete from work_lease where key = 'lost'`);
    await inTx((tx) => queue.interrupt(tx, 'q', 'interrupted'));
    await inTx((tx) => queue.remove(tx, 'q', 'removed'));
    const states = await leases.heartbeat('q', claimed, 30);
    const by = (key: string) => states.find((state) => state.key === key);
    expect(by('fine')).toMatchObject({ lost: false, interrupted: false });
    expect(by('lost')).toMatchObject({ lost: true });
    expect(by('interrupted')).toMatchObject({ lost: false, interrupted: true });
    expect(by('removed')).toMatchObject({ lost: false, interrupted: true });
  });

  it('an interrupt is over with the next claim', async () => {
    await enqueue('a');
    const lease = await claimOne();
    await inTx((tx) => queue.interrupt(tx, 'q', 'a'));
    await leases.finish('q', lease, { kind: 'returned', seconds: 0 });
    const [state] = await leases.heartbeat('q', [await claimOne()], 30);
    expect(state).toMatchObject({ lost: false, interrupted: false });
  });

  it('that expired make the key due again and count as a failure', async () => {
    await enqueue('a');
    await claimOne();
    expect(await leases.returnExpired()).toEqual([]);
    await expire();
    expect(await leases.returnExpired()).toEqual(['q']);
    expect(await claimOne()).toMatchObject({ key: 'a', attempts: 1 });
  });

  it('cannot be taken away while a fenced transaction is open, and the heartbeat does not wait for it', async () => {
    await enqueue('a');
    const lease = await claimOne();
    await expire();
    await inTx(async (tx) => {
      await requireLease(tx, 'q', lease);
      expect(await leases.returnExpired()).toEqual([]);
      expect(await leases.heartbeat('q', [lease], 30)).toMatchObject([{ lost: false }]);
    });
  });

  it('of a worker that hangs inside a transaction end with it after 4 s', async () => {
    await enqueue('a');
    const lease = await claimOne();
    const [setting] = await inTx(async (tx) => {
      await requireLease(tx, 'q', lease);
      return tx.query<{ timeout: string }>(`select current_setting('idle_in_transaction_session_timeout') as timeout`);
    });
    expect(setting?.timeout).toBe('4s');
  });
});

describe('a worker that hangs in the middle of a claim', () => {
  /** The claims of a process that is suspended, by its host or a debugger, after its first statement. */
  const suspendedUntil = (woken: Promise<void>): LeasesRepository => {
    const stopping = (tx: Tx) => ({
      queryPrepared: async (sql: string, parameters: unknown[]) => {
        const rows = await tx.queryPrepared(sql, parameters);
        await woken;
        return rows;
      },
    });
    return new LeasesRepository({
      transaction: (work: (tx: Tx) => Promise<unknown>) =>
        db.database.transaction((tx) => work(stopping(tx) as unknown as Tx)),
    } as unknown as Database);
  };
  const claiming = async () =>
    (
      await db.database.query(`select 1 from pg_locks where locktype = 'advisory' and granted and database =
      (select oid from pg_database where datname = current_database())`)
    ).length;

  it('does not keep the others from claiming: its transaction ends by itself', async () => {
    await enqueue('a');
    const awake = Promise.withResolvers<void>();
    const hanging = suspendedUntil(awake.promise).claim('q', 1, resolveOptions({}));
    await eventually(async () => expect(await claiming()).toBe(1));
    expect((await claim(1)).map((lease) => lease.key)).toEqual(['a']);
    awake.resolve();
    await expect(hanging).rejects.toThrow(/terminat|connection/i);
  });
});

describe('the next due key', () => {
  it('is told per queue, and nothing for queues without one', async () => {
    await enqueue('a', '', 5_000);
    await enqueue('b', '', 2_000);
    const rows = await leases.nextDue(['q', 'empty']);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.seconds).toBeGreaterThan(1_000);
    expect(rows[0]!.seconds).toBeLessThanOrEqual(2_000);
  });

  it('is found by index among 10,000 keys, as are the keys to claim', async () => {
    await db.database.query(
      `insert into work_item (queue, key, work_group, generation, due_at)
       select 'q', 'key-' || n, 'group-' || n % 10, n, now() + interval '1 hour' from generate_series(1, 10000) n`,
    );
    await db.database.query('analyze work_item');
    const plan = await db.database.query<{ 'QUERY PLAN': string }>(
      `explain select due_at from work_item where queue = 'q' and due_at is not null order by due_at limit 1`,
    );
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('Index Only Scan');
    expect(await claim(10)).toEqual([]);
  });
});
