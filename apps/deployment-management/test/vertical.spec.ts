import type { Vertical } from '@berth/contracts/deployment';
import { Clock, CONFIG, type Database, Ids } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Mint } from '../src/changes/mint.js';
import type { Config } from '../src/config.js';
import { DeploymentsRepository } from '../src/deployments/deployments.repository.js';
import { MeasurementsRepository } from '../src/measurements/measurements.repository.js';
import { ReleasesRepository } from '../src/releases/releases.repository.js';
import { Resizes } from '../src/vertical/resizes.js';
import { Sizings } from '../src/vertical/sizings.js';
import { partOf } from '../src/vertical/vertical.js';
import { VerticalChanges } from '../src/vertical/vertical-changes.js';
import { VerticalLooks } from '../src/vertical/vertical-looks.js';
import { VerticalRepository } from '../src/vertical/vertical.repository.js';
import { WorkloadsRepository } from '../src/workloads/workloads.repository.js';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

class HeldClock extends Clock {
  held = new Date('2026-11-20T00:30:00.000Z');
  override now = () => this.held;
  pass(hours: number): void {
    this.held = new Date(this.held.getTime() + hours * 3_600_000);
  }
}

const MIB = 1_048_576;
const bounds = { web: { cpuMillicores: { min: 50, max: 1_000 }, memoryMib: { min: 64, max: 512 } } };
const pathOf = (scene: Scene) => `/v1/workloads/${scene.id}/vertical-autoscaling`;

describe('sizes with bounds', () => {
  const clock = new HeldClock();
  let platform: Platform;
  let scene: Scene;
  let looks: VerticalLooks;
  let measured: MeasurementsRepository;
  beforeAll(async () => {
    // The platform's own looks are so rare that those of the test are the only ones.
    platform = await Platform.start({ environment: { VERTICAL_LOOK_SECONDS: '3600', MEASURE_SECONDS: '600' } });
    const { app } = platform.service;
    const of = <T>(type: abstract new (...needs: never[]) => T): T => app.get(type, { strict: false });
    const config = app.get<Config>(CONFIG, { strict: false });
    const mint = new Mint(new Ids(), clock);
    measured = of(MeasurementsRepository);
    const sizings = new Sizings(of(VerticalRepository), measured, mint, config);
    const workloads = of(WorkloadsRepository);
    const parts = [workloads, of(DeploymentsRepository), sizings, of(Resizes), mint, config] as const;
    const changes = new VerticalChanges(...parts);
    looks = new VerticalLooks(workloads, of(ReleasesRepository), of(VerticalRepository), changes, mint, config);
  });
  beforeEach(async () => (scene = await Scene.make(platform)));
  afterAll(() => platform.close());

  /** The platform looks once, at once, by its own clock; what the test does comes after that. */
  const set = async (processes: object = bounds) => {
    await scene.owner.put<Vertical>(pathOf(scene), { processes });
    await eventually(async () => expect((await get()).message).not.toBe('Nobody has looked yet'), { within: 60_000 });
  };
  const get = () => scene.owner.get<Vertical>(pathOf(scene));
  const refusal = (body: object) => scene.owner.refusal('PUT', pathOf(scene), body);
  const transaction: Database['transaction'] = (work) => platform.service.database.transaction(work);
  /** The most that an instance was seen to use in each of the last so many hours. */
  const use = (cpuMillicores: number, memoryMib: number, hours = 1) =>
    transaction(async (tx) => {
      const sample = { workloadId: scene.id, processType: 'web', readySince: clock.now().toISOString() };
      for (let ago = 0; ago < hours; ago++) {
        const since = partOf(new Date(clock.now().getTime() - ago * 3_600_000), 86_400);
        await measured.addPeaks(tx, [{ ...sample, cpuMillicores, memoryBytes: memoryMib * MIB }], since);
      }
    });
  const look = async (over: object = {}): Promise<Vertical> => {
    const observed = await platform.runtime.observe(scene.id);
    const instances = observed?.instances.map((each) => ({ ...each, ...over })) ?? [];
    await transaction((tx) => looks.take(tx, scene.id, observed && { ...observed, instances }));
    return get();
  };
  const ended = async ({ deploymentId }: Vertical, status: 'live' | 'failed') =>
    scene.reaches({ id: deploymentId ?? 'none' }, status);
  const memory = async () => (await scene.now()).processSettings['web']?.memoryMib;
  const ranOut = {
    lastExit: { code: 137, signal: null, at: clock.now().toISOString(), reason: 'out_of_memory' as const },
  };
  /** v1 runs with 250m and 256 MiB. */
  const begin = async (name: string) => {
    await scene.deployLive(name);
    await scene.comesToRest();
    await set();
  };

  it('are raised by a release of which the platform is the author, with its figures, and then rest', async () => {
    await begin('raised');
    await use(100, 250);
    const resizing = await look();
    expect(resizing).toMatchObject({
      state: 'resizing',
      message: expect.stringContaining('memory 256 MiB -> 368 MiB'),
    });
    const deployment = await ended(resizing, 'live');
    expect(deployment).toMatchObject({ createdBy: 'platform', source: { kind: 'scale' } });
    expect(deployment.notes).toEqual([expect.stringContaining('at most 250 MiB were used')]);
    expect(scene.desired?.processes).toMatchObject([{ cpuMillicores: 250, memoryMib: 368 }]);
    await use(100, 368);
    await scene.comesToRest();
    expect(await look()).toMatchObject({ state: 'watching', deploymentId: deployment.id });
    clock.pass(1);
    await use(100, 368);
    const again = await look();
    expect(again.message).toContain('368 MiB -> 512 MiB');
    await ended(again, 'live');
    const acts = await platform.query(
      `select 1 from audit_entry where action = 'workloads:scale' and detail ? 'vertical' and target->>'id' = $1`,
      [scene.id],
    );
    expect(acts).toHaveLength(3);
  });

  it('are lowered only when a whole window is known', async () => {
    await begin('lowered');
    await use(20, 60, 20);
    expect(await look()).toMatchObject({ state: 'watching', message: expect.stringContaining('It fits') });
    await use(20, 60, 25);
    const resizing = await look();
    expect(resizing.message).toContain('CPU 250m -> 50m');
    await ended(resizing, 'live');
    expect(scene.desired?.processes).toMatchObject([{ cpuMillicores: 50, memoryMib: 96 }]);
    clock.pass(1);
    await use(20, 60);
    await scene.comesToRest();
    expect(await look()).toMatchObject({ state: 'watching' });
  });

  it('have more memory after an instance ran out of it, and are not lowered again to where it did', async () => {
    await begin('ran-out');
    await use(20, 60, 25);
    const resizing = await look(ranOut);
    expect(resizing.message).toContain('memory 256 MiB -> 368 MiB: an instance ran out of it');
    await ended(resizing, 'live');
    clock.pass(1);
    await use(20, 60);
    await scene.comesToRest();
    expect((await look()).state).toBe('watching');
    expect(scene.desired?.processes).toMatchObject([{ memoryMib: 368 }]);
  });

  it('are left alone where an instance ran out of memory and may not have more', async () => {
    await scene.deployLive('at-most');
    await scene.comesToRest();
    await set({ web: { ...bounds.web, memoryMib: { min: 64, max: 256 } } });
    await use(20, 60, 25);
    expect(await look(ranOut)).toMatchObject({
      state: 'watching',
      message: expect.stringContaining('may not have more'),
    });
    expect(await scene.releases()).toHaveLength(1);
  });

  it('wait while a deployment is under way, while nothing runs, and before anything was deployed', async () => {
    await set();
    expect(await look()).toMatchObject({ state: 'waiting', message: 'Nothing was deployed yet' });
    await scene.deployLive('waits');
    await scene.comesToRest();
    await use(240, 250);
    scene.behave('slow', { kind: 'hangs' });
    const slow = await scene.deploy('slow');
    await scene.reaches(slow, 'rolling');
    expect(await look()).toMatchObject({ state: 'waiting', message: 'A deployment is under way' });
    await scene.owner.post(`/v1/deployments/${slow.id}/cancel`);
    await scene.reaches(slow, 'cancelled');
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    expect(await look()).toMatchObject({ state: 'waiting', message: 'It is stopped' });
    expect(await scene.releases()).toHaveLength(2);
  });

  it('are undone when their release fails, and not tried again before a window is over', async () => {
    await begin('undone');
    await use(100, 250);
    await scene.setDeadlines({ rolling: 1 });
    platform.runtime.behave(digestOf('undone'), { kind: 'hangs' });
    const resizing = await look();
    const failed = await ended(resizing, 'failed');
    platform.runtime.behave(digestOf('undone'), { kind: 'honest' });
    const undone = await look();
    expect(undone).toMatchObject({ state: 'failed', message: expect.stringContaining('was undone') });
    expect(undone.message).toContain(`Deployment ${failed.number}`);
    expect(await memory()).toBeUndefined();
    await scene.eventuallyRuns({ 'v1 web': 1 });
    await scene.setDeadlines({ rolling: 300 });
    clock.pass(2);
    await use(100, 250);
    expect((await look()).state).toBe('failed');
    clock.pass(23);
    await use(100, 250);
    await ended(await look(), 'live');
  });

  it('keep what somebody set while the release that failed was under way', async () => {
    await begin('kept');
    await use(100, 250);
    platform.runtime.behave(digestOf('kept'), { kind: 'hangs' });
    const resizing = await look();
    await scene.reaches({ id: resizing.deploymentId! }, 'rolling');
    await scene.owner.post(`/v1/deployments/${resizing.deploymentId}/cancel`);
    await scene.reaches({ id: resizing.deploymentId! }, 'cancelled');
    platform.runtime.behave(digestOf('kept'), { kind: 'honest' });
    await scene.reaches({ id: (await scene.scale({ sizes: { web: { cpuMillicores: 333 } } })).deploymentId! }, 'live');
    await look();
    expect((await scene.now()).processSettings).toEqual({ web: { cpuMillicores: 333 } });
  });

  it('are blocked by the quota, and say so', async () => {
    await begin('blocked');
    await platform.identity.organization({ id: scene.organizationId, quota: { memoryMib: 300 } });
    await use(100, 250);
    expect(await look()).toMatchObject({ state: 'blocked', message: expect.stringContaining('memory') });
    expect(await memory()).toBeUndefined();
    await platform.identity.organization({ id: scene.organizationId, quota: { memoryMib: 4_000 } });
    await ended(await look(), 'live');
  });

  it('are nobody’s affair once the bounds are gone', async () => {
    await begin('gone');
    await use(100, 250);
    await scene.owner.delete(pathOf(scene));
    expect(await scene.owner.refusal('GET', pathOf(scene))).toMatchObject({ status: 404 });
    expect(await scene.owner.refusal('DELETE', pathOf(scene))).toMatchObject({ status: 404 });
    expect(await transaction((tx) => looks.take(tx, scene.id, null))).toBe(false);
    expect(await scene.releases()).toHaveLength(1);
  });

  it.each([
    ['no process type', {}, '/processes'],
    ['the release command', { release: bounds.web }, '/processes/release'],
    [
      'more at the least than at the most',
      { web: { memoryMib: { min: 65, max: 64 } } },
      '/processes/web/memoryMib/max',
    ],
    ['nothing to follow', { web: {} }, '/processes/web'],
    ['less than anything can be', { web: { memoryMib: { min: 15, max: 64 } } }, '/processes/web/memoryMib/min'],
  ])('are refused with %s', async (_, processes, pointer) =>
    expect(await refusal({ processes })).toMatchObject({ status: 422, pointers: [pointer] }),
  );

  it('are refused for what has no instances, once there is a release that says so', async () => {
    const worker = { worker: { memoryMib: bounds.web.memoryMib } };
    await scene.owner.put<Vertical>(pathOf(scene), { processes: worker });
    await scene.deployLive('types');
    // What has bounds keeps them beside others: its type may come again.
    await scene.owner.put<Vertical>(pathOf(scene), { processes: { ...worker, ...bounds } });
    await scene.owner.put<Vertical>(pathOf(scene), { processes: bounds });
    expect(await refusal({ processes: { ...bounds, ...worker } })).toEqual({
      ...{ status: 422, code: 'process_type_unknown', pointers: ['/processes/worker'] },
    });
    expect((await get()).processes).toEqual(bounds);
  });

  it('are refused for the CPU whose use decides about the number of instances', async () => {
    await scene.deployLive('both');
    await scene.scale({ autoscaling: { web: { min: 1, max: 3, cpuPercent: 60 } } });
    expect(await refusal({ processes: bounds })).toEqual({
      ...{ status: 422, code: 'vertical_and_horizontal', pointers: ['/processes/web/cpuMillicores'] },
    });
    await set({ web: { memoryMib: bounds.web.memoryMib } });
  });
});

describe('the platform', () => {
  let platform: Platform;
  afterEach(() => platform.close());

  it('measures, decides and releases by itself', async () => {
    const every = { MEASURE_SECONDS: '1', VERTICAL_LOOK_SECONDS: '1', VERTICAL_EVERY_SECONDS: '3600' };
    platform = await Platform.start({ environment: every });
    const scene = await Scene.make(platform);
    platform.runtime.load = { cpuMillicores: 10, memoryBytes: 250 * MIB };
    await scene.deployLive('alone');
    await scene.owner.put(pathOf(scene), { processes: bounds });
    await scene.eventuallyRuns({ 'v2 web': 1 }, 60_000);
    expect(scene.desired?.processes).toMatchObject([{ cpuMillicores: 250, memoryMib: 368 }]);
    await eventually(async () => expect(await scene.owner.get(pathOf(scene))).toMatchObject({ state: 'watching' }), {
      within: 60_000,
    });
  });
});
