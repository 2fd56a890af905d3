import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { register } from 'prom-client';
import {
  Blocked,
  Interrupted,
  LeaseLost,
  lookAgainIn,
  type ReconcileContext,
  reconcileMigrations,
  type ReconcileOptions,
  type Reconciler,
  settled,
} from '../src/index.js';
import { deferred, untilAborted } from './support/deferred.js';
import { type ReconcileApp, type ReconcileAppOptions, startReconcileApp } from './support/reconcile-app.js';
import { recordingLogger } from './support/recording-logger.js';

let db: TestDatabase;
const apps: ReconcileApp[] = [];

const start = async (
  reconcile: Reconciler['reconcile'],
  options: ReconcileOptions = {},
  app: Partial<ReconcileAppOptions> = {},
) => {
  const started = await startReconcileApp({ url: db.url, reconcilers: { q: [{ reconcile }, options] }, ...app });
  apps.push(started);
  return started;
};
const enqueue = (app: ReconcileApp, key: string, afterSeconds = 0) =>
  app.database.transaction((tx) => app.queue.enqueue(tx, 'q', key, { afterSeconds }));
const items = () =>
  db.database.query<{ key: string; attempts: number; due_in: number }>(
    'select key, attempts, extract(epoch from due_at - now())::float8 as due_in from work_item order by key',
  );
const leaseCount = async () =>
  (await db.database.query<{ count: number }>('select count(*)::int as count from work_lease'))[0]!.count;

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
  await db.database.query('create table effect (key text, run int)');
});
beforeEach(() => db.database.query('truncate work_item, work_lease, work_deadline, effect'));
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});
afterAll(() => db.drop());

describe('the loop', () => {
  it('runs an enqueued key once and forgets it when it is settled', async () => {
    const seen: string[] = [];
    const app = await start(async (key) => (seen.push(key), settled));
    await enqueue(app, 'a');
    await eventually(async () => expect([...(await items()), await leaseCount()]).toEqual([0]));
    expect(seen).toEqual(['a']);
  });

  it('looks again when told to', async () => {
    let runs = 0;
    const app = await start(async () => (++runs < 3 ? lookAgainIn({ seconds: 0.05 }) : settled));
    await enqueue(app, 'a');
    await eventually(async () => expect(await items()).toEqual([]));
    expect(runs).toBe(3);
  });

  it('runs a key again at once when it was enqueued while being worked on, and not at the same time', async () => {
    const first = deferred();
    let running = 0;
    let most = 0;
    let runs = 0;
    const app = await start(async () => {
      most = Math.max(most, ++running);
      if (++runs === 1) await first.promise;
      running--;
      return settled;
    });
    await enqueue(app, 'a');
    await eventually(() => expect(runs).toBe(1));
    for (let i = 0; i < 5; i++) await enqueue(app, 'a');
    first.resolve();
    await eventually(async () => expect(await items()).toEqual([]));
    expect({ runs, most }).toEqual({ runs: 2, most: 1 });
  });

  it('retries what throws, with growing attempt numbers, and starts anew after success', async () => {
    const attempts: number[] = [];
    const { logger, lines } = recordingLogger();
    const app = await start(
      async (_key, context) => {
        attempts.push(context.attempt);
        if (attempts.length === 1) throw new Error('the world is down');
        return attempts.length === 2 ? lookAgainIn({ seconds: 0.01 }) : settled;
      },
      {},
      { logger },
    );
    await enqueue(app, 'a');
    await eventually(() => expect(attempts).toEqual([1, 2, 1]));
    expect(lines.map((line) => [line.level, line.details['attempt']])).toEqual([['warn', 1]]);
  });

  it('calls ten failures in a row an error', async () => {
    const { logger, lines } = recordingLogger();
    const app = await start(() => Promise.reject(new Error('bug')), {}, { logger });
    await enqueue(app, 'a', 60);
    await db.database.query('update work_item set attempts = 9, due_at = now()');
    app.runner.wake('q');
    await eventually(() => expect(lines).toHaveLength(1));
    expect(lines[0]).toMatchObject({ level: 'error', details: { key: 'a', attempt: 10 } });
  });

  it('rechecks what is blocked slowly and does not count it as a failure', async () => {
    const { logger, lines } = recordingLogger();
    const app = await start(() => Promise.reject(new Blocked('ArtifactPending', 'no artifact')), {}, { logger });
    await enqueue(app, 'a');
    await eventually(async () => {
      const [item] = await items();
      expect(item?.due_in).toBeGreaterThan(55);
      expect(item).toMatchObject({ attempts: 0 });
    });
    expect(lines).toEqual([]);
  });

  it('runs settled keys again after the resync time, when there is one', async () => {
    let runs = 0;
    const app = await start(async () => (runs++, settled), { resyncSeconds: 0.1 });
    await enqueue(app, 'a');
    await eventually(() => expect(runs).toBeGreaterThanOrEqual(3));
  });

  it('does not work on more keys at once than it may', async () => {
    let running = 0;
    let most = 0;
    const app = await start(
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return settled;
      },
      { concurrency: 3 },
    );
    for (let i = 0; i < 30; i++) await enqueue(app, `key-${i}`);
    await eventually(async () => expect(await items()).toEqual([]));
    expect(most).toBeLessThanOrEqual(3);
  });

  it('finds by polling what no signal told of', async () => {
    const seen: string[] = [];
    await start(async (key) => (seen.push(key), settled));
    await db.database.query(
      `insert into work_item (queue, key, work_group, generation, due_at) values ('q', 'silent', '', 1, now())`,
    );
    await eventually(() => expect(seen).toEqual(['silent']));
  });

  it('works on nothing where the role is api, and a worker elsewhere hears of it at once', async () => {
    const worker: string[] = [];
    const api = await start(() => Promise.reject(new Error('must not run')), {}, { role: 'api' });
    await enqueue(api, 'before');
    // Longer than a poll: a loop that ran here would have failed on the key.
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(await items()).toMatchObject([{ key: 'before', attempts: 0 }]);
    await start(async (key) => (worker.push(key), settled), {}, { role: 'worker' });
    await eventually(() => expect(worker).toEqual(['before']));
    await enqueue(api, 'a');
    await eventually(() => expect(worker).toEqual(['before', 'a']));
  });

  it('refuses a second reconciler for a queue, and takes one for another queue while it runs', async () => {
    const app = await start(async () => settled);
    expect(() => app.runner.register('q', { reconcile: async () => settled })).toThrow('already');
    const seen: string[] = [];
    app.runner.register('late', { reconcile: async (key) => (seen.push(key), settled) });
    await app.database.transaction((tx) => app.queue.enqueue(tx, 'late', 'a'));
    await eventually(() => expect(seen).toEqual(['a']));
  });
});

describe('two processes', () => {
  it('share the work, and no key is worked on twice at once', async () => {
    const running = new Set<string>();
    const clashes: string[] = [];
    const counts = [0, 0];
    const bothAtWork = deferred();
    const worker = (index: number) => async (key: string) => {
      if (running.has(key)) clashes.push(key);
      running.add(key);
      counts[index]!++;
      if (Math.min(...counts) > 0) bothAtWork.resolve();
      await bothAtWork.promise;
      await new Promise((resolve) => setTimeout(resolve, 2));
      running.delete(key);
      return settled;
    };
    const first = await start(worker(0));
    await start(worker(1));
    await first.database.transaction(async (tx) => {
      for (let i = 0; i < 200; i++) await first.queue.enqueue(tx, 'q', `key-${i}`);
    });
    await eventually(async () => expect(await items()).toEqual([]), { within: 20_000 });
    expect(clashes).toEqual([]);
    expect(counts[0]! + counts[1]!).toBe(200);
  });

  it('an interrupt by one aborts the run of the other, which runs again without counting a failure', async () => {
    const runs: ReconcileContext[] = [];
    const reconcile = async (_key: string, context: ReconcileContext) => {
      runs.push(context);
      return runs.length === 1 ? untilAborted(context.signal) : settled;
    };
    await start(reconcile, { leaseSeconds: 6_000 }); // its heartbeat, which would notice, is far away
    const other = await start(async () => settled, {}, { role: 'api' });
    await enqueue(other, 'a');
    await eventually(() => expect(runs).toHaveLength(1));
    await other.database.transaction((tx) => other.queue.interrupt(tx, 'q', 'a'));
    await eventually(() => expect(runs).toHaveLength(2));
    expect(runs[0]!.signal.reason).toBeInstanceOf(Interrupted);
    expect(runs[1]!.attempt).toBe(1);
    expect(runs[1]!.signal.aborted).toBe(false);
  });

  it('an interrupt whose signal was lost is noticed by the heartbeat', async () => {
    const runs: ReconcileContext[] = [];
    const app = await start(
      async (_key, context) => {
        runs.push(context);
        return runs.length === 1 ? untilAborted(context.signal) : settled;
      },
      { leaseSeconds: 1 },
    );
    await enqueue(app, 'a');
    await eventually(() => expect(runs).toHaveLength(1));
    await db.database.query('update work_item set interrupted = true, due_at = now()');
    await eventually(() => expect(runs[0]!.signal.aborted).toBe(true));
  });

  it('a removed key is told to whoever works on it', async () => {
    let context: ReconcileContext | undefined;
    const app = await start(async (_key, given) => untilAborted((context = given).signal));
    await enqueue(app, 'a');
    await eventually(() => expect(context).toBeDefined());
    await app.database.transaction((tx) => app.queue.remove(tx, 'q', 'a'));
    await eventually(async () => expect([context!.signal.aborted, await leaseCount()]).toEqual([true, 0]));
    expect(await items()).toEqual([]);
  });
});

describe('leases', () => {
  it('are renewed for as long as the work takes', async () => {
    const done = deferred();
    let runs = 0;
    const app = await start(async () => (runs++, await done.promise, settled), { leaseSeconds: 9 });
    await start(async () => (runs++, await done.promise, settled), { leaseSeconds: 9 });
    await enqueue(app, 'long');
    await eventually(() => expect(runs).toBe(1));
    const expiry = async () =>
      (await db.database.query<{ at: Date }>('select expires_at as at from work_lease'))[0]!.at.getTime();
    const first = await expiry();
    await eventually(async () => expect(await expiry()).toBeGreaterThan(first + 3_000), { within: 30_000 });
    done.resolve();
    await eventually(async () => expect(await items()).toEqual([]));
    expect(runs).toBe(1);
  });

  it('that are lost abort the run, free its place, and refuse its writes', async () => {
    const hangs = deferred();
    const contexts: ReconcileContext[] = [];
    const { logger, lines } = recordingLogger();
    const app = await start(
      async (_key, context) => {
        contexts.push(context);
        if (contexts.length === 1) await hangs.promise;
        return settled;
      },
      { concurrency: 1, leaseSeconds: 3 },
      { logger },
    );
    await enqueue(app, 'a');
    await eventually(() => expect(contexts).toHaveLength(1));
    await db.database.query('delete from work_lease');
    await enqueue(app, 'a');
    await eventually(() => expect(contexts).toHaveLength(2));
    expect(contexts[0]!.signal.reason).toBeInstanceOf(LeaseLost);
    const write = contexts[0]!.transaction((tx) => tx.query(`insert into effect values ('a', 1)`));
    await expect(write).rejects.toThrow(LeaseLost);
    expect(await db.database.query('select * from effect')).toEqual([]);
    expect(lines).toEqual([]);
    hangs.resolve();
  });

  it('fence transactions: the writes of a run that holds its key commit', async () => {
    const app = await start(async (key, context) => {
      await context.transaction((tx) => tx.query('insert into effect values ($1, $2)', [key, context.attempt]));
      return settled;
    });
    await enqueue(app, 'a');
    await eventually(async () =>
      expect(await db.database.query('select * from effect')).toEqual([{ key: 'a', run: 1 }]),
    );
  });

  it('do not deadlock with requests that lock domain rows before they enqueue', async () => {
    await db.database.query(`insert into effect values ('row', 0)`);
    const bump = `update effect set run = run + 1 where key = 'row'`;
    const { logger, lines } = recordingLogger();
    const app = await start(
      async (_key, context) => (await context.transaction((tx) => tx.query(bump)), settled),
      {},
      { logger },
    );
    const request = () =>
      app.database.transaction(async (tx) => {
        await tx.query(bump);
        await app.queue.enqueue(tx, 'q', 'a');
      });
    for (let round = 0; round < 40; round++) await Promise.all([request(), request(), request()]);
    await eventually(async () => expect(await items()).toEqual([]));
    expect(lines).toEqual([]);
  });
});

describe('shutdown', () => {
  it('aborts what runs, waits for it, and hands it back without counting a failure', async () => {
    let context: ReconcileContext | undefined;
    let ended = false;
    const app = await start(async (_key, given) => {
      context = given;
      await untilAborted(given.signal).catch(() => undefined);
      await given.transaction((tx) => tx.query(`insert into effect values ('farewell', 1)`));
      ended = true;
      throw new Error('aborted');
    });
    await enqueue(app, 'a');
    await eventually(() => expect(context).toBeDefined());
    await app.close();
    expect(context!.signal.reason).toBeInstanceOf(Interrupted);
    expect(ended).toBe(true);
    expect(await items()).toMatchObject([{ key: 'a', attempts: 0 }]);
    expect((await items())[0]!.due_in).toBeLessThanOrEqual(0);
    expect(await leaseCount()).toBe(0);
  });

  it('hands back what does not end in time, and its late writes are refused', async () => {
    let context: ReconcileContext | undefined;
    const app = await start((_key, given) => ((context = given), new Promise(() => undefined)), { leaseSeconds: 600 });
    await enqueue(app, 'hung');
    await eventually(() => expect(context).toBeDefined());
    await app.close();
    expect(context!.signal.aborted).toBe(true);
    const taken: string[] = [];
    await start(async (key) => (taken.push(key), settled));
    await eventually(() => expect(taken).toEqual(['hung']));
  });

  it('stores what a run answers although it was told to stop', async () => {
    let context: ReconcileContext | undefined;
    const app = await start(async (_key, given) => {
      context = given;
      await untilAborted(given.signal).catch(() => undefined);
      return lookAgainIn({ seconds: 500 });
    });
    await enqueue(app, 'a');
    await eventually(() => expect(context).toBeDefined());
    await app.close();
    expect((await items())[0]!.due_in).toBeGreaterThan(400);
  });
});

describe('10,000 requests for one key', () => {
  it('collapse to few runs, the last of them after the last request', async () => {
    let requested = 0;
    const seen: number[] = [];
    const app = await start(async () => (seen.push(requested), settled));
    await app.database.transaction(async (tx) => {
      for (let i = 0; i < 9_900; i++) await app.queue.enqueue(tx, 'q', 'a');
    });
    for (let i = 0; i < 100; i++) {
      await app.database.transaction((tx) => ((requested = i + 1), app.queue.enqueue(tx, 'q', 'a')));
    }
    await eventually(async () => expect(await items()).toEqual([]));
    expect(seen.length).toBeLessThanOrEqual(102);
    expect(seen.at(-1)).toBe(100);
  });
});

describe('metrics', () => {
  it('tell which keys are blocked, and by what, until one gets further', async () => {
    const held = new Set(['a', 'b', 'c']);
    const app = await start(async (key) => {
      if (held.has(key)) throw new Blocked(key === 'c' ? 'VolumeHeld' : 'NamespaceHeld', 'Somebody holds it.');
      return settled;
    });
    for (const key of ['a', 'b', 'c', 'free']) await enqueue(app, key);
    const told = async () => (await register.metrics()).match(/^reconcile_blocked\{.*$/gm)?.sort();
    await eventually(async () =>
      expect(await told()).toEqual([
        'reconcile_blocked{queue="q",reason="NamespaceHeld"} 2',
        'reconcile_blocked{queue="q",reason="VolumeHeld"} 1',
      ]),
    );
    held.delete('a');
    held.delete('c');
    for (const key of ['a', 'c']) await enqueue(app, key);
    await eventually(async () =>
      expect(await told()).toEqual(['reconcile_blocked{queue="q",reason="NamespaceHeld"} 1']),
    );
  });

  it('tell due keys, durations and overdue deadlines', async () => {
    const hangs = deferred();
    const app = await start(() => hangs.promise.then(() => settled), { concurrency: 1 });
    await enqueue(app, 'a');
    await eventually(async () => expect(await leaseCount()).toBe(1));
    await enqueue(app, 'b');
    await enqueue(app, 'c');
    await app.database.query(
      `insert into work_deadline (queue, key, name, at, due_at)
       values ('elsewhere', 'a', 'n', now() - interval '6 seconds', now()), ('elsewhere', 'b', 'n', now(), now())`,
    );
    const text = await register.metrics();
    expect(text).toContain('reconcile_queue_depth{queue="q"} 2');
    expect(text).toContain('reconcile_overdue 1');
    hangs.resolve();
    await eventually(async () => expect(await items()).toEqual([]));
    expect(await register.metrics()).toMatch(/reconcile_duration_seconds_count\{queue="q",verdict="outcome"\} [1-9]/);
  });
});
