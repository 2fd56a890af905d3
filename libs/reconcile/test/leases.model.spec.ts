import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { createLogger, Ids } from '@berth/service-kit';
import fc from 'fast-check';
import { LeaseLost, reconcileMigrations, WorkQueue } from '../src/index.js';
import { type Lease, LeasesRepository, requireLease } from '../src/leases.repository.js';
import { resolveOptions } from '../src/reconciler.js';
import { WakeBus } from '../src/wake-bus.js';

let db: TestDatabase;
let leases: LeasesRepository;
let queue: WorkQueue;

/** What somebody asked for and no run that began later has finished yet: such a key must be due or in work. */
interface KeyModel {
  wanted: boolean;
  /** The only lease whose holder may write. */
  holder: string | undefined;
}

interface Held {
  readonly lease: Lease;
  readonly key: string;
}

class Model {
  readonly keys = new Map<string, KeyModel>();
  /** Every lease ever given, also the ones taken away: those belong to hung workers. */
  readonly workers: Held[] = [];

  of(key: string): KeyModel {
    const known = this.keys.get(key) ?? { wanted: false, holder: undefined };
    this.keys.set(key, known);
    return known;
  }
}

interface Command {
  readonly name: string;
  run(model: Model): Promise<void>;
}

const key = fc.constantFrom('a', 'b', 'c');
const index = fc.nat(20);
const pick = (model: Model, at: number): Held | undefined => model.workers[at % Math.max(1, model.workers.length)];

const enqueue = (name: string): Command => ({
  name: `enqueue ${name}`,
  run: async (model) => {
    await db.database.transaction((tx) => queue.enqueue(tx, 'q', name, { group: name === 'a' ? 'one' : 'two' }));
    model.of(name).wanted = true;
  },
});

const claim = (wanted: number): Command => ({
  name: `claim ${wanted}`,
  run: async (model) => {
    const free = [...model.keys].filter(([, state]) => state.wanted && !state.holder).map(([name]) => name);
    const given = await leases.claim('q', wanted, resolveOptions({}));
    expect(given).toHaveLength(Math.min(wanted, free.length));
    for (const lease of given) {
      expect(free).toContain(lease.key);
      const fences = model.workers.map((worker) => BigInt(worker.lease.fence));
      expect(fences.every((fence) => fence < BigInt(lease.fence))).toBe(true);
      Object.assign(model.of(lease.key), { wanted: false, holder: lease.fence });
      model.workers.push({ lease, key: lease.key });
    }
  },
});

const finish = (at: number, kind: 'settled' | 'again' | 'returned'): Command => ({
  name: `finish ${at} ${kind}`,
  run: async (model) => {
    const worker = pick(model, at);
    if (!worker) return;
    const state = model.of(worker.key);
    const seconds = kind === 'settled' ? null : 0;
    const result = await leases.finish('q', worker.lease, { kind: kind === 'returned' ? 'returned' : 'done', seconds });
    const holds = state.holder === worker.lease.fence;
    expect(result === 'lost').toBe(!holds);
    if (!holds) return;
    state.holder = undefined;
    state.wanted ||= kind !== 'settled';
  },
});

const write = (at: number): Command => ({
  name: `write ${at}`,
  run: async (model) => {
    const worker = pick(model, at);
    if (!worker) return;
    const attempt = db.database.transaction((tx) => requireLease(tx, 'q', worker.lease));
    if (model.of(worker.key).holder === worker.lease.fence) await expect(attempt).resolves.toBeUndefined();
    else await expect(attempt).rejects.toThrow(LeaseLost);
  },
});

const expire = (name: string): Command => ({
  name: `expire ${name}`,
  run: async (model) => {
    await db.database.query(`update work_lease set expires_at = now() - interval '1 second' where key = $1`, [name]);
    await leases.returnExpired();
    const state = model.of(name);
    if (state.holder) Object.assign(state, { holder: undefined, wanted: true });
  },
});

const heartbeat: Command = {
  name: 'heartbeat',
  run: async (model) => {
    const states = await leases.heartbeat(
      'q',
      model.workers.map((worker) => worker.lease),
      30,
    );
    for (const state of states) expect(state.lost).toBe(model.of(state.key).holder !== state.fence);
  },
};

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: key.map(enqueue) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }).map(claim) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(index, fc.constantFrom('settled', 'again', 'returned'))
      .map(([at, kind]) => finish(at, kind as 'settled')),
  },
  { weight: 2, arbitrary: index.map(write) },
  { weight: 2, arbitrary: key.map(expire) },
  { weight: 1, arbitrary: fc.constant(heartbeat) },
);

/** Nothing that is wanted was forgotten: workers come until nothing is due, and they meet every wanted key. */
async function drain(model: Model): Promise<void> {
  for (const name of model.keys.keys()) await expire(name).run(model);
  const wanted = [...model.keys].filter(([, state]) => state.wanted).map(([name]) => name);
  const given = await leases.claim('q', 10, resolveOptions({}));
  expect(given.map((lease) => lease.key).sort()).toEqual(wanted.sort());
  for (const lease of given) await leases.finish('q', lease, { kind: 'done', seconds: null });
  expect(await db.database.query('select 1 from work_item')).toEqual([]);
  expect(await db.database.query('select 1 from work_lease')).toEqual([]);
}

beforeAll(async () => {
  db = await testDatabase({ migrations: reconcileMigrations });
  leases = new LeasesRepository(db.database);
  queue = new WorkQueue(new WakeBus(db.database, new Ids(), createLogger('test', 'silent')));
});
afterAll(() => db.drop());

describe('any history of requests, claims, results, deaths and late writes', () => {
  it('gives a key to one holder at a time and forgets no request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        await db.database.query('truncate work_item, work_lease');
        const model = new Model();
        for (const each of commands) await each.run(model);
        await drain(model);
      }),
      { numRuns: 60 },
    );
  });

  it('holds when enqueueing, claiming and finishing run at the same time', async () => {
    await db.database.query('truncate work_item, work_lease');
    const inWork = new Set<string>();
    const requested = new Map<string, number>();
    const handled = new Map<string, number>();
    const requester = async (seed: number) => {
      for (let i = 0; i < 60; i++) {
        const name = `key-${(i * seed) % 7}`;
        const version = (requested.get(name) ?? 0) + 1;
        requested.set(name, version);
        await db.database.transaction((tx) => queue.enqueue(tx, 'q', name));
      }
    };
    const worker = async (until: () => boolean) => {
      for (;;) {
        const given = await leases.claim('q', 2, resolveOptions({}));
        if (given.length === 0 && until()) return;
        for (const lease of given) {
          expect(inWork.has(lease.key)).toBe(false);
          inWork.add(lease.key);
          const seen = requested.get(lease.key)!;
          await new Promise((resolve) => setImmediate(resolve));
          inWork.delete(lease.key);
          handled.set(lease.key, seen);
          await leases.finish('q', lease, { kind: 'done', seconds: null });
        }
      }
    };
    let requesting = true;
    const requests = Promise.all([requester(1), requester(2), requester(3)]).then(() => (requesting = false));
    await Promise.all([requests, ...Array.from({ length: 4 }, () => worker(() => !requesting))]);
    await worker(() => true);
    expect(handled).toEqual(requested);
  });
});
