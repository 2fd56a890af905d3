import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { LeaseLost, type ReconcileContext, reconcileMigrations, settled } from '../src/index.js';
import { deferred } from './support/deferred.js';
import { type ReconcileApp, type ReconcileAppOptions, startReconcileApp } from './support/reconcile-app.js';

let db: TestDatabase;
const apps: ReconcileApp[] = [];

const start = async (options: Omit<ReconcileAppOptions, 'url'>) => {
  const app = await startReconcileApp({ url: db.url, ...options });
  apps.push(app);
  return app;
};
const enqueue = (app: ReconcileApp, key: string) =>
  eventually(() => app.database.transaction((tx) => app.queue.enqueue(tx, 'q', key)));
const items = () => db.database.query<{ key: string }>('select key from work_item');
/** What a restart of the database does to its clients. */
const cutConnections = () =>
  db.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user
       and pid <> pg_backend_pid()`,
  );

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
});
beforeEach(() => db.database.query('truncate work_item, work_lease, work_deadline'));
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});
afterAll(() => db.drop());

describe('when all connections to the database are cut', () => {
  it('a run in the middle goes on and its result counts', async () => {
    const proceed = deferred();
    let runs = 0;
    const app = await start({
      reconcilers: { q: [{ reconcile: async () => (runs++, await proceed.promise, settled) }] },
    });
    await enqueue(app, 'a');
    await eventually(() => expect(runs).toBe(1));
    await cutConnections();
    proceed.resolve();
    await eventually(async () => expect(await items()).toEqual([]));
    expect(runs).toBe(1);
  });

  it('again and again, every key is settled in the end', async () => {
    const seen = new Set<string>();
    const reconcile = async (key: string, context: ReconcileContext) => {
      await context.transaction((tx) => tx.query('select 1'));
      seen.add(key);
      return settled;
    };
    const app = await start({ reconcilers: { q: [{ reconcile }, { leaseSeconds: 2 }] } });
    const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
    for (const [index, key] of keys.entries()) {
      await enqueue(app, key);
      if (index % 10 === 5) await cutConnections();
    }
    await eventually(async () => expect(await items()).toEqual([]), { within: 20_000 });
    expect([...seen].sort()).toEqual([...keys].sort());
  });

  it('signals from other processes arrive again afterwards', async () => {
    const seen: string[] = [];
    const contexts: ReconcileContext[] = [];
    const hold = deferred();
    await start({
      reconcilers: {
        q: [
          { reconcile: async (key, context) => (seen.push(key), contexts.push(context), await hold.promise, settled) },
          { leaseSeconds: 6_000 },
        ],
      },
    });
    const other = await start({ role: 'api' });
    await cutConnections();
    await enqueue(other, 'a');
    await eventually(() => expect(seen).toEqual(['a']));
    // An interrupt has no polling under it but the heartbeat, which is far away: only a signal tells of it.
    await eventually(
      async () => {
        await other.database.transaction((tx) => other.queue.interrupt(tx, 'q', 'a'));
        expect(contexts[0]!.signal.aborted).toBe(true);
      },
      { every: 200 },
    );
    hold.resolve();
  });
});

describe('when the database does not answer for longer than a lease', () => {
  it('the worker takes its lease for lost by its own clock', async () => {
    const hold = deferred();
    let context: ReconcileContext | undefined;
    const app = await start({
      reconcilers: {
        q: [
          { reconcile: async (_key, given) => ((context = given), await hold.promise, settled) },
          { leaseSeconds: 0.6 },
        ],
      },
    });
    await enqueue(app, 'a');
    await eventually(() => expect(context).toBeDefined());
    await db.database.query('alter table work_lease rename to work_lease_gone');
    await eventually(() => expect(context!.signal.reason).toBeInstanceOf(LeaseLost), { within: 20_000 });
    await db.database.query('alter table work_lease_gone rename to work_lease');
    hold.resolve();
  });
});

describe('a poisonous key', () => {
  it('that kills its workers counts as failing, and others are worked on meanwhile', async () => {
    const seen: { key: string; attempt: number }[] = [];
    await db.database.query(
      `insert into work_item (queue, key, work_group, generation, due_at) values ('q', 'poison', '', 1, null), ('q', 'fine', '', 2, now())`,
    );
    await db.database.query(
      `insert into work_lease (queue, key, work_group, generation, fence, expires_at)
       values ('q', 'poison', '', 1, 1, now() + interval '500 milliseconds')`,
    );
    await start({
      reconcilers: { q: [{ reconcile: async (key, { attempt }) => (seen.push({ key, attempt }), settled) }] },
    });
    await eventually(() =>
      expect(seen).toEqual([
        { key: 'fine', attempt: 1 },
        { key: 'poison', attempt: 2 },
      ]),
    );
  });
});
