import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, fromSources, testDatabase, type TestDatabase } from '@berth/testing';
import { LeaseLost, reconcileMigrations, settled } from '../src/index.js';
import { requireLease } from '../src/leases.repository.js';
import { type ReconcileApp, startReconcileApp } from './support/reconcile-app.js';

let db: TestDatabase;
const children: ChildProcess[] = [];
const apps: ReconcileApp[] = [];

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
}

async function startChild(behaviour: string): Promise<Child> {
  const child = spawn(
    process.execPath,
    [...fromSources(join(import.meta.dirname, 'support/doomed-worker.ts')), db.url, behaviour],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  // It compiles what it runs; the limit only guards against hanging.
  await eventually(() => expect(lines).toContain('ready'), { within: 240_000 });
  return { process: child, lines };
}

async function startHere(): Promise<{ app: ReconcileApp; taken: { key: string; attempt: number }[] }> {
  const taken: { key: string; attempt: number }[] = [];
  const reconcile = async (key: string, context: { attempt: number }) => (
    taken.push({ key, attempt: context.attempt }),
    settled
  );
  const app = await startReconcileApp({ url: db.url, reconcilers: { q: [{ reconcile }, { leaseSeconds: 1 }] } });
  apps.push(app);
  return { app, taken };
}

/** The work is enqueued by a process that works on nothing itself. */
async function enqueue(keys: readonly string[]): Promise<void> {
  const app = await startReconcileApp({ url: db.url, role: 'api' });
  await app.database.transaction(async (tx) => {
    for (const key of keys) await app.queue.enqueue(tx, 'q', key);
  });
  await app.close();
}

const effects = () => db.database.query<{ key: string; pid: number }>('select key, pid from effect order by key');

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
  await db.database.query('create table effect (key text, pid int)');
});
beforeEach(() => db.database.query('truncate work_item, work_lease, work_deadline, effect'));
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(apps.splice(0).map((app) => app.close()));
});
afterAll(() => db.drop());

describe('a worker killed -9', () => {
  it('in the middle of a run loses its key to another, and its fence cannot write any more', async () => {
    const child = await startChild('hold');
    await enqueue(['a']);
    await eventually(() => expect(child.lines).toContain('run a'));
    const [lease] = await db.database.query<{ fence: string }>(`select fence from work_lease where key = 'a'`);
    child.process.kill('SIGKILL');
    const { taken } = await startHere();
    await eventually(() => expect(taken).toEqual([{ key: 'a', attempt: 2 }]), { within: 30_000 });
    const late = db.database.transaction((tx) => requireLease(tx, 'q', { key: 'a', fence: lease!.fence, attempts: 0 }));
    await expect(late).rejects.toThrow(LeaseLost);
  });

  it('between write and commit leaves nothing of the write', async () => {
    const child = await startChild('write');
    await enqueue(['a']);
    await eventually(() => expect(child.lines).toContain('written a'));
    child.process.kill('SIGKILL');
    const { taken } = await startHere();
    await eventually(() => expect(taken).toHaveLength(1), { within: 30_000 });
    expect(await effects()).toEqual([]);
  });

  it('suspended past its lease and then woken, cannot write what another has taken over', async () => {
    const child = await startChild('suspend');
    await enqueue(['a']);
    await eventually(() => expect(child.lines).toContain('run a'));
    const { taken } = await startHere();
    await eventually(() => expect(taken).toHaveLength(1), { within: 30_000 });
    child.process.kill('SIGCONT');
    await eventually(() => expect(child.lines).toContain('refused a'));
    expect(await effects()).toEqual([]);
  });

  it('again and again while working off 60 keys loses none', async () => {
    const keys = Array.from({ length: 60 }, (_, i) => `key-${i}`);
    for (let round = 0; round < 3; round++) {
      await enqueue(keys); // anew: the worker before may have come to the last one
      const child = await startChild('count');
      await eventually(() => expect(child.lines.some((line) => line.startsWith('run'))).toBe(true));
      child.process.kill('SIGKILL');
    }
    await startChild('count');
    await eventually(async () => expect(await db.database.query('select 1 from work_item')).toEqual([]), {
      within: 30_000,
    });
    expect([...new Set((await effects()).map((row) => row.key))].sort()).toEqual([...keys].sort());
  });
});
