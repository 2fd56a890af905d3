import { randomUUID } from 'node:crypto';
import type { DataOf, workloadUsageMeasured } from '@berth/contracts/events';
import type { Measurement } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Clock, CONFIG, Database, Ids } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Changes } from '../src/changes/changes.js';
import { Mint } from '../src/changes/mint.js';
import { RuntimeUnavailable } from '../src/index.js';
import type { Runtimes } from '../src/runtime/runtimes.js';
import { Measurements } from '../src/measurements/measurements.js';
import { MeasurementsRepository } from '../src/measurements/measurements.repository.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

class HeldClock extends Clock {
  held = '';
  override now = () => new Date(`2026-11-10T${this.held}.000Z`);
}

/** A cluster of which only is asked what its instances use. */
class Meter {
  sample: Measurement[] = [];
  isDown = false;
  measure = async () => {
    if (this.isDown) throw new RuntimeUnavailable('down');
    return this.sample;
  };
}

const TYPE = 'berth.workload.usage-measured.v1';
const MINUTE = 60_000;

describe('what instances use', () => {
  const clock = new HeldClock();
  let platform: Platform;
  let measurements: Measurements;
  let context: ReconcileContext;
  let scene: Scene;
  let meter: Meter;
  let cluster: { id: string; runtimeVersion: number };

  beforeAll(async () => {
    platform = await Platform.start({ environment: { MEASURE_SECONDS: '600' } });
    const { app, database } = platform.service;
    const of = <T>(type: abstract new (...needs: never[]) => T): T => app.get(type, { strict: false });
    const mint = new Mint(new Ids(), clock);
    measurements = new Measurements(
      ...([
        { at: () => Promise.resolve(meter) } as unknown as Runtimes,
        of(Database),
        of(MeasurementsRepository),
        of(Changes),
      ] as const),
      ...([mint, app.get(CONFIG, { strict: false })] as const),
    );
    const signal = new AbortController().signal;
    context = { signal, attempt: 1, transaction: (work) => database.transaction(work) };
  });
  beforeEach(async () => {
    meter = new Meter();
    cluster = { id: randomUUID(), runtimeVersion: 1 };
    scene = await Scene.make(platform);
  });
  afterAll(() => platform.close());

  const uses = (cpuMillicores: number, over: Partial<Measurement> = {}): Measurement => ({
    ...{ workloadId: scene.id, processType: 'web', readySince: '2026-11-10T09:00:00.000Z' },
    ...{ cpuMillicores, memoryBytes: 2 ** 40, ...over },
  });
  const round = async (time: string, sample: Measurement[], isDown = false) => {
    Object.assign(meter, { sample, isDown });
    clock.held = time;
    await measurements.take(cluster, context);
    await measurements.tell(cluster.id, false, context);
  };
  const told = async () => {
    const events = (await platform.events(scene.id)).filter(({ type }) => type === TYPE);
    return events.map(({ data }) => data as DataOf<typeof workloadUsageMeasured>);
  };

  it('is told once for each hour, when it is over, by process type', async () => {
    const both = [uses(100), uses(50), uses(7, { processType: 'worker' })];
    await round('10:40:00', both);
    await round('10:50:00', both);
    await round('10:59:59', [uses(10)]);
    expect(await told()).toEqual([]);
    await round('11:05:00', [uses(20)]);
    const { organizationId, projectId, environmentId, appId } = scene.workload;
    const bytes = (time: number) => (BigInt(time) * 2n ** 40n).toString();
    const process = (processType: string, cpu: number, measuredMilliseconds: number) => ({
      ...{ processType, millicoreMilliseconds: `${cpu}`, byteMilliseconds: bytes(measuredMilliseconds) },
      measuredMilliseconds,
    });
    expect(await told()).toEqual([
      {
        ...{ organizationId, projectId, environmentId, appId, workloadId: scene.id },
        hour: '2026-11-10T10:00:00.000Z',
        processes: [
          process('web', 1_500 * MINUTE + 10 * (10 * MINUTE - 1_000) + 20 * 1_000, 30 * MINUTE),
          process('worker', 70 * MINUTE, 10 * MINUTE),
        ],
      },
    ]);
    await round('11:10:00', [uses(20)]);
    expect(await told()).toHaveLength(1);
  });

  it('is of tasks, too, from when they began, and not of release commands, which cost nothing', async () => {
    const task = uses(300, { processType: 'task', readySince: '2026-11-10T10:04:00.000Z' });
    await round('10:00:00', []);
    await round('10:10:00', [task, uses(500, { processType: 'release' })]);
    await round('11:00:00', []);
    const [hour] = await told();
    expect(hour?.processes).toMatchObject([
      {
        ...{ processType: 'task', measuredMilliseconds: 6 * MINUTE },
        millicoreMilliseconds: `${1_800 * MINUTE}`,
      },
    ]);
  });

  it('is not known while the cluster was silent, and that is said by the time that was measured', async () => {
    await round('10:00:00', [uses(100)]);
    await round('10:10:00', [uses(100)]);
    await round('10:20:00', [], true);
    await round('10:30:00', [uses(900)]);
    await round('10:40:00', [uses(100)]);
    await round('12:00:00', [uses(100)]);
    const [hour, ...others] = await told();
    expect(hour?.processes).toMatchObject([
      { millicoreMilliseconds: `${2_000 * MINUTE}`, measuredMilliseconds: 20 * MINUTE },
    ]);
    expect(others).toEqual([]);
  });

  it('is told once by replicas that do so at once, and by one that ended before its commit', async () => {
    await round('10:00:00', [uses(1)]);
    await round('10:10:00', [uses(1)]);
    clock.held = '11:00:00';
    const ends: ReconcileContext = {
      ...context,
      transaction: (work) =>
        context.transaction(async (tx) => {
          await work(tx);
          throw new Error('the process ends');
        }),
    };
    await expect(measurements.tell(cluster.id, false, ends)).rejects.toThrow('the process ends');
    expect(await told()).toEqual([]);
    await Promise.all([1, 2, 3].map(() => measurements.tell(cluster.id, false, context)));
    expect(await told()).toHaveLength(1);
  });

  it('of a cluster that is gone is told at once, as far as it was seen', async () => {
    await round('10:00:00', [uses(1)]);
    await round('10:10:00', [uses(1)]);
    await measurements.tell(cluster.id, true, context);
    expect((await told()).map(({ processes }) => processes[0]?.measuredMilliseconds)).toEqual([10 * MINUTE]);
  });

  it('is nothing of what the platform does not know', async () => {
    const stranger = uses(1, { workloadId: randomUUID() });
    await round('10:00:00', [stranger]);
    await round('10:10:00', [stranger]);
    const rows = await platform.query('select 1 from measured_use where workload_id = $1', [stranger.workloadId]);
    expect(rows).toEqual([]);
  });
});

describe("the installation's own cluster", () => {
  it('is asked again and again, by itself', async () => {
    const platform = await Platform.start({ environment: { MEASURE_SECONDS: '1' } });
    const scene = await Scene.make(platform);
    platform.runtime.load = { cpuMillicores: 40, memoryBytes: 1_000 };
    await scene.deployLive('measured');
    const seen = async () =>
      (
        await platform.query<{ cpu: string; measured: string }>(
          `select millicore_milliseconds::text as cpu, measured_milliseconds::text as measured
             from measured_use where workload_id = $1`,
          [scene.id],
        )
      )[0];
    const first = await eventually(async () => {
      const row = await seen();
      expect(BigInt(row!.cpu)).toBe(40n * BigInt(row!.measured));
      return row!;
    });
    await eventually(async () => expect((await seen())?.measured).not.toBe(first.measured));
    await platform.close();
  });
});
