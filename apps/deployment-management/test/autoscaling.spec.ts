import { workloadAllocationChanged } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const bounds = { min: 2, max: 5, cpuPercent: 60 };

describe('a process type with bounds', () => {
  let platform: Platform;
  let scene: Scene;
  beforeAll(async () => (platform = await Platform.start()));
  beforeEach(async () => (scene = await Scene.make(platform)));
  afterAll(() => platform.close());

  const scale = (body: object) => scene.scale(body);
  const refusal = (body: object) => scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, body);
  /** Numbers of web instances that metering was told of, in order. */
  const told = async (): Promise<number[]> =>
    (await platform.events(scene.id))
      .filter(({ type }) => type === workloadAllocationChanged.type)
      .map(({ data }) =>
        workloadAllocationChanged.data.parse(data).entries.reduce((sum, { instances }) => sum + instances, 0),
      );

  it('begins with the least, and has as many as the runtime chooses; each change is told', async () => {
    await scene.deployLive('bounds');
    const { workload, deploymentId } = await scale({ autoscaling: { web: bounds } });
    expect({ bounds: workload.autoscaling, deploymentId }).toEqual({ bounds: { web: bounds }, deploymentId: null });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    expect(scene.desired?.processes[0]).toMatchObject({ instances: 2, autoscaling: bounds });
    await eventually(async () => expect(await told()).toEqual([1, 2]));
    const applied = scene.toldStates.length;
    for (const [asked, there] of [
      [4, 4],
      [9, 5],
      [1, 2],
    ] as const) {
      platform.runtime.autoscale(scene.id, 'web', asked);
      await eventually(async () => expect((await told()).at(-1)).toBe(there));
    }
    expect(await told()).toEqual([1, 2, 4, 5, 2]);
    // The number is the runtime's: nothing was stated in return.
    expect(scene.toldStates).toHaveLength(applied);
    await eventually(async () =>
      expect((await scene.now()).conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'true' })),
    );
  });

  it('keeps its bounds through releases and rollbacks, which ask for the least only', async () => {
    await scene.deployLive('bounds-one');
    await scale({ autoscaling: { web: bounds } });
    await scene.deployLive('bounds-two');
    expect(await scene.runs()).toEqual({ 'v2 web': 2 });
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect((await scene.now()).autoscaling).toEqual({ web: bounds });
  });

  it('that is stopped has nothing, and has its bounds again when it is started', async () => {
    await scene.deployLive('bounds-stopped');
    await scale({ autoscaling: { web: bounds } });
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await scene.eventuallyRuns({});
    expect(scene.desired?.processes[0]).toMatchObject({ instances: 0 });
    expect(scene.desired?.processes[0]?.autoscaling).toBeUndefined();
    await scene.owner.post(`/v1/workloads/${scene.id}/start`);
    await scene.eventuallyRuns({ 'v1 web': 2 });
  });

  it('has a count again when one is given', async () => {
    await scene.deployLive('bounds-count');
    await scale({ autoscaling: { web: bounds } });
    const { workload } = await scale({ counts: { web: 3 } });
    expect(workload).toMatchObject({ autoscaling: {}, counts: { web: 3 } });
    await scene.eventuallyRuns({ 'v1 web': 3 });
    expect(scene.desired?.processes[0]?.autoscaling).toBeUndefined();
  });

  it('reserves the most that it may come to have', async () => {
    await scene.deployLive('reserves');
    await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: 1_000 } });
    expect(await refusal({ autoscaling: { web: bounds } })).toMatchObject({ status: 409, code: 'quota_exceeded' });
    await scale({ autoscaling: { web: { ...bounds, max: 4 } } });
    await scene.eventuallyRuns({ 'v1 web': 2 });
  });

  it('leaves its neighbours what it may not come to have, and no more', async () => {
    await scene.deployLive('greedy');
    const other = await scene.beside('other', 'staging');
    await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: 6 * 250 } });
    await scale({ autoscaling: { web: bounds } });
    await other.deployLive('neighbour');
    expect(await other.owner.refusal('POST', `/v1/workloads/${other.id}/scale`, { counts: { web: 2 } })).toMatchObject({
      status: 409,
      code: 'quota_exceeded',
    });
  });

  it.each([
    ['more at the least than at the most', { autoscaling: { web: { min: 3, max: 2 } } }, '/autoscaling/web/max'],
    ['nothing at the least', { autoscaling: { web: { min: 0, max: 2 } } }, '/autoscaling/web/min'],
    ['a count, too', { counts: { web: 1 }, autoscaling: { web: bounds } }, '/autoscaling'],
    ['the release command', { autoscaling: { release: bounds } }, '/autoscaling/release'],
  ])('is refused with %s', async (_, body, pointer) =>
    expect(await refusal(body)).toEqual({ status: 422, code: 'validation_failed', pointers: [pointer] }),
  );

  it('is refused for a type that the release has not, and by a runtime that does not scale by itself', async () => {
    await scene.deployLive('bounds-refused');
    expect(await refusal({ autoscaling: { worker: bounds } })).toMatchObject({ code: 'process_type_unknown' });
    platform.runtime.autoscales = false;
    expect(await refusal({ autoscaling: { web: bounds } })).toEqual({
      ...{ status: 422, code: 'autoscaling_not_supported', pointers: ['/autoscaling/web'] },
    });
    platform.runtime.autoscales = true;
  });
});
