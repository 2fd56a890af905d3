import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { type CancelTimer, Clock } from '@berth/service-kit';
import { LeaseLost, type ReconcileContext, reconcileMigrations, type Reconciler, settled } from '../src/index.js';
import { deferred } from './support/deferred.js';
import { type ReconcileApp, type ReconcileAppOptions, startReconcileApp } from './support/reconcile-app.js';
import { recordingLogger } from './support/recording-logger.js';

let db: TestDatabase;
const apps: ReconcileApp[] = [];

const start = async (reconciler: Reconciler, app: Partial<ReconcileAppOptions> = {}) => {
  const started = await startReconcileApp({ url: db.url, reconcilers: { q: [reconciler] }, ...app });
  apps.push(started);
  return started;
};
/** Counts what is done each second. */
class TickingClock extends Clock {
  ticks = 0;

  override every(milliseconds: number, work: () => void): CancelTimer {
    return super.every(milliseconds, () => {
      if (milliseconds === 1_000) this.ticks++;
      work();
    });
  }
}

/** Milliseconds ahead of the world. */
class ShiftedClock extends Clock {
  ahead = 0;

  override now(): Date {
    return new Date(Date.now() + this.ahead);
  }
}

const inMilliseconds = (milliseconds: number) => new Date(Date.now() + milliseconds);
const setDeadline = (app: ReconcileApp, key: string, at: Date, name = 'phase') =>
  app.database.transaction((tx) => app.queue.setDeadline(tx, { queue: 'q', key, name, at }));
const endings = () =>
  db.database.query<{ key: string; name: string }>('select key, name from ending order by key, name');
const deadlines = () =>
  db.database.query<{ key: string; attempts: number }>('select key, attempts from work_deadline order by key');

/** Ends like a service does: a row in the transaction of the reaper. */
const ending: Required<Reconciler>['overdue'] = async (key, name, tx) => {
  await tx.query('insert into ending values ($1, $2)', [key, name]);
};

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
  await db.database.query('create table ending (key text, name text)');
});
beforeEach(() => db.database.query('truncate work_item, work_lease, work_deadline, ending'));
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});
afterAll(() => db.drop());

describe('a deadline', () => {
  it('fires within 5 s, once, and then the key runs', async () => {
    const seen: string[] = [];
    const clock = new TickingClock();
    const app = await start({ reconcile: async (key) => (seen.push(key), settled), overdue: ending }, { clock });
    const at = inMilliseconds(300);
    await setDeadline(app, 'a', at);
    clock.ticks = 0;
    await eventually(() => expect(seen).toEqual(['a']));
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
    expect(clock.ticks).toBeLessThan(5);
    expect(await endings()).toEqual([{ key: 'a', name: 'phase' }]);
    expect(await deadlines()).toEqual([]);
  });

  it('fires although the worker of its key hangs, who then can neither write nor keep its place', async () => {
    const hangs = deferred();
    const runs: ReconcileContext[] = [];
    const app = await start({
      reconcile: async (_key, context) => {
        runs.push(context);
        if (runs.length === 1) await hangs.promise;
        return settled;
      },
      overdue: ending,
    });
    await app.database.transaction((tx) => app.queue.enqueue(tx, 'q', 'a'));
    await eventually(() => expect(runs).toHaveLength(1));
    await setDeadline(app, 'a', inMilliseconds(500));
    await eventually(() => expect(runs).toHaveLength(2), { within: 20_000 });
    // It hears of that when it says next that it is still there.
    await eventually(() => expect(runs[0]!.signal.reason).toBeInstanceOf(LeaseLost));
    const late = runs[0]!.transaction((tx) => tx.query(`insert into ending values ('late', 'write')`));
    await expect(late).rejects.toThrow(LeaseLost);
    expect(await endings()).toEqual([{ key: 'a', name: 'phase' }]);
    hangs.resolve();
  });

  it('fires although the worker hangs inside a fenced transaction', async () => {
    let entered = false;
    const app = await start({
      reconcile: async (_key, context) => {
        if (entered) return settled;
        await context.transaction(async (tx) => {
          await tx.query(`insert into ending values ('half', 'done')`);
          entered = true;
          await new Promise(() => undefined);
        });
        return settled;
      },
      overdue: ending,
    });
    await app.database.transaction((tx) => app.queue.enqueue(tx, 'q', 'a'));
    await eventually(() => expect(entered).toBe(true));
    await setDeadline(app, 'a', new Date());
    await eventually(async () => expect(await endings()).toEqual([{ key: 'a', name: 'phase' }]), { within: 20_000 });
  });

  it('fires although all connections of the service are taken', async () => {
    const release = deferred();
    const app = await start({ reconcile: async () => settled, overdue: ending });
    await setDeadline(app, 'a', new Date());
    const hogs = Array.from({ length: 10 }, () => app.database.transaction(() => release.promise));
    await eventually(async () => expect(await endings()).toHaveLength(1), { within: 20_000 });
    release.resolve();
    await Promise.all(hogs);
  });

  it('that was cleared or moved does not fire', async () => {
    const clock = new ShiftedClock();
    const app = await start({ reconcile: async () => settled, overdue: ending }, { clock });
    for (const key of ['cleared', 'moved', 'control']) await setDeadline(app, key, inMilliseconds(60_000));
    await app.database.transaction((tx) => app.queue.clearDeadline(tx, { queue: 'q', key: 'cleared', name: 'phase' }));
    await setDeadline(app, 'moved', inMilliseconds(600_000));
    clock.ahead = 120_000;
    await eventually(async () => expect(await endings()).toEqual([{ key: 'control', name: 'phase' }]));
    expect(await deadlines()).toEqual([{ key: 'moved', attempts: 0 }]);
  });

  it('cleared while it is being handled leaves no trace, and the worker keeps its key', async () => {
    const inside = deferred();
    const proceed = deferred();
    const hold = deferred();
    let context: ReconcileContext | undefined;
    const app = await start({
      reconcile: async (_key, given) => ((context = given), await hold.promise, settled),
      overdue: async (key, name, tx) => {
        await ending(key, name, tx);
        inside.resolve();
        await proceed.promise;
      },
    });
    await app.database.transaction((tx) => app.queue.enqueue(tx, 'q', 'a'));
    await eventually(() => expect(context).toBeDefined());
    await setDeadline(app, 'a', new Date());
    await inside.promise;
    await app.database.transaction((tx) => app.queue.clearDeadline(tx, { queue: 'q', key: 'a', name: 'phase' }));
    proceed.resolve();
    await expect(context!.transaction(async () => 'still mine')).resolves.toBe('still mine');
    expect(await endings()).toEqual([]);
    hold.resolve();
  });

  it('may be set anew by its own handling: the next one of its name stands', async () => {
    const app = await start({
      reconcile: async () => settled,
      overdue: async (key, name, tx) => {
        await ending(key, name, tx);
        await app.queue.setDeadline(tx, { queue: 'q', key, name, at: inMilliseconds(60_000) });
      },
    });
    await setDeadline(app, 'a', new Date());
    await eventually(async () => expect(await endings()).toHaveLength(1));
    expect(await deadlines()).toEqual([{ key: 'a', attempts: 0 }]);
  });

  it('may be cleared by its own handling, which ends what it belonged to', async () => {
    const app = await start({
      reconcile: async () => settled,
      overdue: async (key, name, tx) => {
        await ending(key, name, tx);
        await app.queue.clearDeadline(tx, { queue: 'q', key, name });
      },
    });
    await setDeadline(app, 'a', new Date());
    await eventually(async () => expect(await endings()).toEqual([{ key: 'a', name: 'phase' }]), { within: 20_000 });
    expect(await deadlines()).toEqual([]);
  });

  it('whose handling throws is retried with backoff, and the others are not held up', async () => {
    let failures = 0;
    const { logger, lines } = recordingLogger();
    const app = await start(
      {
        reconcile: async () => settled,
        overdue: async (key, name, tx) => {
          await ending(key, name, tx);
          if (key === 'a' && ++failures < 3) throw new Error('no');
        },
      },
      { logger },
    );
    await setDeadline(app, 'a', new Date());
    await setDeadline(app, 'b', new Date());
    await eventually(async () => expect(await endings()).toContainEqual({ key: 'b', name: 'phase' }));
    await eventually(async () => expect(await endings()).toHaveLength(2), { within: 20_000 });
    expect(failures).toBe(3);
    expect(lines.map((line) => line.details['attempts'])).toEqual([0, 1]);
  });

  it('of a queue without overdue() interrupts and runs the key', async () => {
    const seen: string[] = [];
    const app = await start({ reconcile: async (key) => (seen.push(key), settled) });
    await setDeadline(app, 'a', new Date());
    await eventually(() => expect(seen).toEqual(['a']));
  });

  it('waits for a process that knows its queue', async () => {
    const app = await start({ reconcile: async () => settled, overdue: ending });
    await db.database.query(
      `insert into work_deadline (queue, key, name, at, due_at) values ('unknown', 'x', 'n', now(), now())`,
    );
    await setDeadline(app, 'a', new Date());
    await eventually(async () => expect(await endings()).toHaveLength(1));
    expect(await deadlines()).toEqual([{ key: 'x', attempts: 0 }]);
  });

  it('follows the clock of the service, not the one of the database', async () => {
    const clock = new ShiftedClock();
    clock.ahead = 3_600_000;
    const app = await start({ reconcile: async () => settled, overdue: ending }, { clock });
    await setDeadline(app, 'a', inMilliseconds(3_500_000));
    await eventually(async () => expect(await endings()).toHaveLength(1), { within: 20_000 });
  });
});

describe('many deadlines', () => {
  it('fire once each with two processes, soon after one another', async () => {
    const reconciler: Reconciler = { reconcile: async () => settled, overdue: ending };
    const app = await start(reconciler);
    await start(reconciler);
    const at = inMilliseconds(800);
    await app.database.transaction(async (tx) => {
      for (let i = 0; i < 200; i++) await app.queue.setDeadline(tx, { queue: 'q', key: `key-${i}`, name: 'phase', at });
    });
    // Two hundred transactions, a few at a time: the limit only guards against hanging.
    await eventually(async () => expect(await deadlines()).toEqual([]), { within: 240_000 });
    expect(await endings()).toHaveLength(200);
  });
});
