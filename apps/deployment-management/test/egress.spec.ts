import { randomUUID } from 'node:crypto';
import type { CloudEvent, DataOf, egressMeasured } from '@berth/contracts/events';
import type { EgressCounts } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Clock, createLogger, Database, Ids } from '@berth/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Changes } from '../src/changes/changes.js';
import { Mint } from '../src/changes/mint.js';
import { RuntimeUnavailable } from '../src/index.js';
import { Egress } from '../src/measurements/egress.js';
import { EgressRepository } from '../src/measurements/egress.repository.js';
import type { Runtimes } from '../src/runtime/runtimes.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

class HeldClock extends Clock {
  held = '';
  override now = () => new Date(`2026-11-10T${this.held}.000Z`);
}

/** A cluster of which only is asked what left. */
class Counter {
  counts: EgressCounts | null = null;
  isDown = false;
  /** What it is told to be written down does not reach it. */
  isDeaf = false;
  readonly accepted: EgressCounts['items'] = [];
  egress = async () => {
    if (this.isDown) throw new RuntimeUnavailable('down');
    return this.counts;
  };
  acceptEgress = async ({ items }: EgressCounts) => {
    if (this.isDeaf) throw new RuntimeUnavailable('down');
    this.accepted.push(...items);
  };
}

type Told = DataOf<typeof egressMeasured>;
const TYPE = 'berth.egress.measured.v1';

describe('what leaves for visitors', () => {
  const clock = new HeldClock();
  let platform: Platform;
  let egress: Egress;
  let context: ReconcileContext;
  let scene: Scene;
  let counter: Counter;
  let cluster: { id: string; runtimeVersion: number };

  beforeAll(async () => {
    platform = await Platform.start({ environment: { MEASURE_SECONDS: '600' } });
    const { app, database } = platform.service;
    const of = <T>(type: abstract new (...needs: never[]) => T): T => app.get(type, { strict: false });
    egress = new Egress(
      { at: () => Promise.resolve(counter) } as unknown as Runtimes,
      ...([of(Database), of(EgressRepository), of(Changes), new Mint(new Ids(), clock)] as const),
      createLogger('test', 'silent'),
    );
    const signal = new AbortController().signal;
    context = { signal, attempt: 1, transaction: (work) => database.transaction(work) };
    scene = await Scene.make(platform);
  });
  beforeEach(() => {
    counter = new Counter();
    cluster = { id: randomUUID(), runtimeVersion: 1 };
  });
  afterAll(() => platform.close());

  const look = async (time: string, bytes: number | null, countingId = 'first') => {
    counter.counts = bytes === null ? null : { items: [{ workloadId: scene.id, countingId, bytes }] };
    clock.held = time;
    await egress.tell(cluster.id, false, context);
    await egress.take(cluster, context);
  };
  const events = async (): Promise<CloudEvent<Told>[]> => {
    const all = (await platform.events()) as CloudEvent<Told>[];
    return all.filter(({ type, data }) => type === TYPE && data.cluster === cluster.id);
  };
  const told = async () => (await events()).map(({ data: { from, to, bytes } }) => [from, to, bytes]);
  const hour = (from: number, to = from + 1) =>
    [from, to].map((each) => `2026-11-10T${String(each).padStart(2, '0')}:00:00.000Z`);

  it('is told once for each hour, when it is over, with whose it is', async () => {
    await look('10:10:00', 100);
    await look('10:20:00', 250);
    await look('10:59:59', 1_000);
    expect(await told()).toEqual([]);
    await look('11:00:30', 1_007);
    await look('11:10:00', 1_007);
    const { organizationId, projectId, environmentId, appId } = scene.workload;
    const [event, ...others] = await events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      ...{ subject: event!.data.meterId, aggregateversion: 1, source: '/berth/deployment-management' },
      data: {
        ...{ organizationId, projectId, environmentId, appId, workloadId: scene.id, cluster: cluster.id },
        ...{ processType: 'web', from: hour(10)[0], to: hour(10)[1], bytes: 1_000 },
      },
    });
    await look('12:00:00', 1_007);
    await look('13:00:00', 1_007);
    expect(await told()).toEqual([
      [...hour(10), 1_000],
      [...hour(11), 7],
    ]);
    expect((await events()).map(({ aggregateversion }) => aggregateversion)).toEqual([1, 2]);
  });

  it('counts from what was confirmed last when the one that counts begins anew', async () => {
    await look('10:10:00', 500);
    await look('10:20:00', 30, 'second');
    await look('10:30:00', 40, 'second');
    await look('11:00:00', 40, 'second');
    expect(await told()).toEqual([[...hour(10), 540]]);
  });

  it('is not lost while the cluster does not answer, and counts from when it is seen', async () => {
    await look('10:10:00', 500);
    counter.isDown = true;
    await look('10:50:00', 900);
    await look('11:10:00', 900);
    counter.isDown = false;
    await look('12:30:00', 2_000);
    await look('13:00:00', 2_000);
    expect(await told()).toEqual([
      [...hour(10), 500],
      [...hour(12), 1_500],
    ]);
  });

  it('never goes back to an hour that was told, whatever the clock says', async () => {
    await look('10:10:00', 1);
    await look('11:00:00', 3);
    await look('10:59:00', 7);
    await look('12:00:00', 7);
    expect(await told()).toEqual([
      [...hour(10), 1],
      [...hour(11), 6],
    ]);
  });

  it('that was counted less than before by the same counter is no news', async () => {
    await look('10:10:00', 100);
    await look('10:20:00', 90);
    await look('10:30:00', 101);
    await look('11:00:00', 101);
    expect(await told()).toEqual([[...hour(10), 101]]);
  });

  it('is nothing where nobody counts, and of workloads that are not ours', async () => {
    await look('10:10:00', null);
    counter.counts = { items: [{ workloadId: randomUUID(), countingId: 'first', bytes: 5 }] };
    await egress.take(cluster, context);
    await look('11:00:00', null);
    expect(await told()).toEqual([]);
  });

  it('is accepted once it is written down, also that of workloads that are not ours', async () => {
    const items = [scene.id, randomUUID()].map((workloadId) => ({ workloadId, countingId: workloadId, bytes: 5 }));
    counter.counts = { items };
    clock.held = '10:10:00';
    const fails: ReconcileContext = { ...context, transaction: () => Promise.reject(new Error('the lease is lost')) };
    await expect(egress.take(cluster, fails)).rejects.toThrow('the lease is lost');
    expect(counter.accepted).toEqual([]);
    await egress.take(cluster, context);
    expect(counter.accepted).toEqual(items);
  });

  it('of more workloads than a request can name is accepted in several', async () => {
    const items = Array.from({ length: 25_000 }, () => ({ workloadId: randomUUID(), countingId: 'first', bytes: 5 }));
    counter.counts = { items };
    await egress.take(cluster, context);
    expect(counter.accepted).toEqual(items);
  });

  it('is told by one of two that tell at once', async () => {
    await look('10:10:00', 100);
    clock.held = '11:00:00';
    await Promise.all([egress.tell(cluster.id, false, context), egress.tell(cluster.id, false, context)]);
    expect(await told()).toEqual([[...hour(10), 100]]);
  });

  it('of a cluster that is gone is told up to now, and then forgotten', async () => {
    await look('10:10:00', 100);
    clock.held = '10:30:00';
    await egress.tell(cluster.id, true, context);
    await egress.tell(cluster.id, true, context);
    expect(await told()).toEqual([[hour(10)[0], '2026-11-10T10:30:00.000Z', 100]]);
    const left = 'select from egress_meter where cluster_id = $1';
    expect(await platform.service.database.query(left, [cluster.id])).toEqual([]);
  });

  describe('when the database is an older one', () => {
    const restore = () => platform.query('update producer_epoch set epoch = epoch + 1');
    afterEach(() => platform.query('update producer_epoch set epoch = 0'));

    it('is told from the first look on, and nothing of before it', async () => {
      await look('10:10:00', 100);
      await restore();
      await look('11:20:00', 250);
      await look('11:40:00', 257);
      await look('12:00:00', 257);
      await look('12:10:00', 260);
      await look('13:00:00', 260);
      expect(await told()).toEqual([
        ['2026-11-10T11:20:00.000Z', hour(11)[1], 7],
        [...hour(12), 3],
      ]);
      expect((await events()).map(({ epoch }) => epoch)).toEqual([1, 1]);
    });

    it('is not told while the cluster does not answer, nor when the cluster is gone', async () => {
      await look('10:10:00', 100);
      await restore();
      counter.isDown = true;
      await look('11:20:00', 250);
      clock.held = '11:30:00';
      await egress.tell(cluster.id, true, context);
      expect(await told()).toEqual([]);
    });

    it('is counted anew by a counter that had not counted the workload at the first look', async () => {
      await look('10:10:00', 100);
      await restore();
      counter.counts = { items: [] };
      clock.held = '11:20:00';
      await egress.take(cluster, context);
      await look('11:40:00', 9, 'second');
      await look('12:00:00', 9, 'second');
      expect(await told()).toEqual([['2026-11-10T11:20:00.000Z', hour(11)[1], 9]]);
    });

    it('of a workload that was visited first after the backup is not told twice', async () => {
      counter.counts = { items: [] };
      await egress.take(cluster, context);
      await restore();
      await look('11:20:00', 250);
      await look('11:40:00', 251);
      await look('12:00:00', 251);
      expect(await told()).toEqual([['2026-11-10T11:20:00.000Z', hour(11)[1], 1]]);
    });
  });

  it('adds up to what was counted, in hours that never overlap, however looks fall and counters begin anew', async () => {
    const isNew = fc.boolean();
    const step = fc.record({ minutes: fc.integer({ min: -20, max: 90 }), bytes: fc.nat(1_000), isNew, isDeaf: isNew });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        cluster = { id: randomUUID(), runtimeVersion: 1 };
        let [minute, counted, counting, all] = [120, 0, 0, 0];
        for (const { minutes, bytes, isNew, isDeaf } of steps) {
          minute = Math.max(0, minute + minutes);
          if (isNew) [counted, counting] = [0, counting + 1];
          counted += bytes;
          all += bytes;
          counter = Object.assign(new Counter(), { isDeaf });
          await look(timeOf(minute), counted, String(counting));
          // As the gateway does, which forgets what it was told to be written down.
          if (!isDeaf) [counted, counting] = [0, counting + 1];
        }
        await look('23:59:59', counted, String(counting));
        clock.held = '23:59:59';
        await egress.tell(cluster.id, true, context);
        const found = await told();
        expect(found.reduce((sum, [, , bytes]) => sum + Number(bytes), 0)).toBe(all);
        for (const [index, [from, to]] of found.entries()) {
          expect(String(from) < String(to)).toBe(true);
          expect(index === 0 || String(found[index - 1]![1]) <= String(from)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });
});

const timeOf = (minute: number): string =>
  `${String(Math.min(22, Math.floor(minute / 60))).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
