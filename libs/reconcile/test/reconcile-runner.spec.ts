import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { Blocked, lookAgainIn, reconcileMigrations, settled } from '../src/index.js';
import { type ReconcileApp, type ReconcileAppOptions, startReconcileApp } from './support/reconcile-app.js';

let db: TestDatabase;
const apps: ReconcileApp[] = [];

const start = async (options: Omit<ReconcileAppOptions, 'url'>) => {
  const app = await startReconcileApp({ url: db.url, ...options });
  apps.push(app);
  return app;
};
const rows = (queue: string) =>
  db.database.query<{ key: string; attempts: number }>('select key, attempts from work_item where queue = $1', [queue]);

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});
afterAll(() => db.drop());

describe('the loop', () => {
  it('runs an enqueued key once and forgets it when it is settled', async () => {
    const seen: string[] = [];
    const app = await start({ reconcilers: { once: [{ reconcile: async (key) => (seen.push(key), settled) }] } });
    await app.database.transaction((tx) => app.queue.enqueue(tx, 'once', 'a'));
    await eventually(async () => {
      expect(seen).toEqual(['a']);
      expect(await rows('once')).toEqual([]);
    });
  });
});
