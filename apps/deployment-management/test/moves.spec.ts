import type { Placement } from '@berth/contracts/deployment';
import type { Allocation } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { blueGreen, releaseBy, waits } from './fixtures/canary-scene.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, runningIn, type TestCluster, Worlds } from './fixtures/second-cluster.js';
import type { Page } from './fixtures/types.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const worlds = new Worlds();
let platform: Platform;
let scene: Scene;
let berlin: TestCluster;
let number = 0;

beforeAll(async () => {
  platform = await Platform.start({ overrides: worlds.overrides, environment: { RESYNC_SECONDS: '5' } });
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  berlin = await worlds.register(platform, `berlin-${++number}`, 'eu');
});
afterAll(() => platform.close());

const move = (cluster: string, drainSeconds = 0) =>
  scene.owner.post<Page<Placement>>(`/v1/workloads/${scene.id}/move`, { cluster, drainSeconds });
/** As soon as what was there before is gone. */
const moveAgain = (cluster: string) => eventually(() => move(cluster), patient);
const eventuallyPlaced = (placements: Record<string, Placement['state']>) =>
  eventually(async () => expect(await placementsOf(scene)).toEqual(placements), patient);
const running = async () => [await runningIn(platform.runtime, scene), await runningIn(berlin.world, scene)];
const allocations = async (): Promise<Allocation[]> =>
  (await platform.events(scene.id))
    .filter(({ type }) => type.includes('allocation-changed'))
    .map(({ data }) => data as Allocation);
const told = async () =>
  (await allocations()).map(({ entries }) => entries.map((each) => `${each.cluster} ${each.instances}`).join());
const acts = async () =>
  (
    await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'workloads:move' and target->>'id' = $1 order by sequence`,
      [scene.id],
    )
  ).map(({ detail }) => detail);
const messageAt = async (cluster: string) =>
  (await scene.owner.get<Page<Placement>>(`/v1/workloads/${scene.id}/placements`)).items.find(
    (each) => each.cluster === cluster,
  )?.message;
/** The drain is over, whatever the clock says; a pass that began before it may have put off the next one. */
const drainsTo = async (placements: Record<string, Placement['state']>) => {
  const over = `update placement set drain_until = now() where workload_id = $1 and state = 'draining'`;
  await platform.query(over, [scene.id]);
  await eventually(async () => {
    await platform.query('update work_item set due_at = now() where key = $1', [scene.id]);
    expect(await placementsOf(scene)).toEqual(placements);
  }, patient);
};

describe('a workload that moves to another cluster', () => {
  it('does not wait for a release that nobody has promoted: it ends, and v1 arrives', async () => {
    await scene.deployLive('one');
    await releaseBy(scene, blueGreen(600, { promoteWithinSeconds: 604_800 }));
    const waiting = await waits(scene, await scene.deploy('two'));
    await move(berlin.name);
    expect((await scene.reaches(waiting, 'failed')).failure).toMatchObject({
      ...{ cause: 'superseded', message: 'It waited to be promoted when the workload moved to another cluster.' },
    });
    await eventuallyPlaced({ [berlin.name]: 'active' });
    expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('one'));
  });

  it('gets no volume until all of it is in one place, and does not move with one', async () => {
    await scene.deployLive('keeps');
    await move(berlin.name, 3_600);
    await eventuallyPlaced({ local: 'draining', [berlin.name]: 'active' });
    const volume = { workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 1 };
    const refusal = () => scene.owner.refusal('POST', '/v1/volumes', volume);
    expect(await refusal()).toEqual({ status: 409, code: 'volume_not_while_moving', pointers: ['/workloadId'] });
    await drainsTo({ [berlin.name]: 'active' });
    await scene.owner.post('/v1/volumes', volume);
    const back = { cluster: 'local', drainSeconds: 0 };
    expect(await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/move`, back)).toMatchObject({
      ...{ status: 422, code: 'cluster_does_not_fit' },
    });
  });

  it('is live there before it drains where it was, and counts once at every moment', async () => {
    await scene.deployLive('one');
    await scene.scale({ counts: { web: 2 } });
    await eventually(async () => expect(await told()).toEqual(['local 1', 'local 2']), patient);
    const answer = await move(berlin.name, 3_600);
    expect(answer.items.map(({ state }) => state).sort()).toEqual(['active', 'arriving']);
    await eventuallyPlaced({ local: 'draining', [berlin.name]: 'active' });
    expect(await running()).toEqual([2, 2]);
    expect((await scene.now()).cluster).toBe(berlin.name);
    expect(await told()).toEqual(['local 1', 'local 2', `${berlin.name} 2`]);
    await drainsTo({ [berlin.name]: 'active' });
    expect(await running()).toEqual([0, 2]);
    expect(await told()).toHaveLength(3);
    expect(await acts()).toEqual([
      {
        ...{ cluster: berlin.name, drainSeconds: 3_600 },
        ...{ before: { cluster: 'local' }, after: { cluster: berlin.name } },
      },
      { cluster: berlin.name, from: 'local' },
    ]);
    await scene.deployLive('two');
    expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('two'));
  });

  it('stays where it is when it does not come up there, and says why; the next move tries again', async () => {
    await scene.deployLive('late');
    await scene.setDeadlines({ rolling: 200, verifying: 100 });
    berlin.world.behave(digestOf('late'), { kind: 'hangs' });
    await move(berlin.name);
    await eventually(async () => expect(await messageAt(berlin.name)).toMatch(/0 of 1 web instances/), patient);
    const [deadline] = await platform.query<{ at: Date }>('select at from work_deadline where name = $1', [berlin.id]);
    expect(deadline!.at.getTime()).toBeLessThanOrEqual(Date.now() + 300_000);
    await platform.overrun(berlin.id);
    await eventuallyPlaced({ local: 'active', [berlin.name]: 'failed' });
    expect(await messageAt(berlin.name)).toMatch(/within its deadline.*0 of 1 web instances/);
    expect(await berlin.world.observe(scene.id)).toBeNull();
    expect(await told()).toEqual(['local 1']);
    berlin.world.behave(digestOf('late'), { kind: 'honest' });
    await moveAgain(berlin.name);
    await eventuallyPlaced({ [berlin.name]: 'active' });
    expect((await acts())[1]).toEqual({ stays: 'local', reason: expect.stringContaining('deadline') });
  });

  it('is taken back at once when it cannot come up there', async () => {
    await scene.deployLive('ill');
    const trouble = { cause: 'image_not_found' as const, message: 'No such image there.', evidence: [] };
    berlin.world.behave(digestOf('ill'), { kind: 'fails', trouble });
    await move(berlin.name);
    await eventuallyPlaced({ local: 'active', [berlin.name]: 'failed' });
    expect(await messageAt(berlin.name)).toBe('No such image there.');
  });

  it('is not believed to be there without an answer through the route', async () => {
    await scene.deployLive('mute');
    berlin.world.behave(digestOf('mute'), { kind: 'no-route' });
    await move(berlin.name);
    await eventually(async () => expect(await messageAt(berlin.name)).toMatch(/answered 404/), patient);
    expect(await placementsOf(scene)).toEqual({ local: 'active', [berlin.name]: 'arriving' });
    berlin.world.behave(digestOf('mute'), { kind: 'honest' });
    await eventuallyPlaced({ [berlin.name]: 'active' });
  });

  it('waits for a cluster that cannot be asked, and goes on meanwhile where it is', async () => {
    await scene.deployLive('one');
    berlin.world.setDown(true);
    await move(berlin.name);
    await eventually(async () => expect(await messageAt(berlin.name)).toMatch(/could not be asked/), patient);
    await scene.deployLive('two');
    berlin.world.setDown(false);
    await eventuallyPlaced({ [berlin.name]: 'active' });
    expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('two'));
  });

  it('leaves a cluster that is gone; its usage there ends when it was last certain, and it is removed when that returns', async () => {
    const lost = await worlds.register(platform, `lost-${number}`);
    await scene.deployLive('one');
    await move(lost.name);
    await eventuallyPlaced({ [lost.name]: 'active' });
    lost.world.setDown(true);
    await move(berlin.name);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    expect(await told()).toEqual(['local 1', `${lost.name} 1`, '', `${berlin.name} 1`]);
    const [, began, ended, went] = (await allocations()).map(({ effectiveAt }) => Date.parse(effectiveAt));
    expect(ended).toBeGreaterThanOrEqual(began ?? NaN);
    expect(went).toBeGreaterThanOrEqual(ended ?? NaN);
    lost.world.setDown(false);
    await eventuallyPlaced({ [berlin.name]: 'active' });
    expect(await lost.world.observe(scene.id)).toBeNull();
    expect(await told()).toHaveLength(4);
  });

  it('lets a command that runs come to its end first', async () => {
    platform.runtime.tasks.behave(digestOf('seeded'), { kind: 'hangs' });
    await scene.deployLive('seeded');
    const { id } = await scene.owner.post<{ id: string }>(`/v1/workloads/${scene.id}/tasks`, { command: 'seed' });
    await eventually(async () => expect(await platform.runtime.observeTask(scene.id, id)).not.toBeNull(), patient);
    await move(berlin.name);
    await eventually(async () => expect(await messageAt(berlin.name)).toMatch(/command is running/), patient);
    expect(await placementsOf(scene)).toEqual({ local: 'active', [berlin.name]: 'arriving' });
    await scene.owner.post(`/v1/tasks/${id}/cancel`);
    await eventuallyPlaced({ [berlin.name]: 'active' });
  });

  it('stops on both clusters when it is stopped while it drains', async () => {
    await scene.deployLive('one');
    await move(berlin.name, 3_600);
    await eventuallyPlaced({ local: 'draining', [berlin.name]: 'active' });
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await eventually(async () => expect(await running()).toEqual([0, 0]), patient);
  });

  it('drains with the release that is live', async () => {
    await scene.deployLive('one');
    await move(berlin.name, 3_600);
    await eventuallyPlaced({ local: 'draining', [berlin.name]: 'active' });
    await scene.deployLive('two');
    await eventually(() => expect(scene.desired?.release.artifact.digest).toBe(digestOf('two')), patient);
    expect(await placementsOf(scene)).toEqual({ local: 'draining', [berlin.name]: 'active' });
  });

  it('is called back by a move to where it stands, and goes to the last place that was named', async () => {
    const paris = await worlds.register(platform, `paris-${number}`);
    await scene.deployLive('one');
    berlin.world.behave(digestOf('one'), { kind: 'hangs' });
    await move(berlin.name);
    await move('local');
    await eventuallyPlaced({ local: 'active' });
    expect(await berlin.world.observe(scene.id)).toBeNull();
    await moveAgain(berlin.name);
    await move(paris.name);
    await eventuallyPlaced({ [paris.name]: 'active' });
    expect(await berlin.world.observe(scene.id)).toBeNull();
  });

  it('that was never deployed moves at once', async () => {
    await move(berlin.name, 3_600);
    await eventuallyPlaced({ [berlin.name]: 'active' });
    await scene.deployLive('first');
    expect(await running()).toEqual([0, 1]);
  });

  it('leaves nothing on either cluster when it is deleted on its way', async () => {
    await scene.deployLive('one');
    berlin.world.behave(digestOf('one'), { kind: 'hangs' });
    await move(berlin.name);
    await eventually(async () => expect(await berlin.world.observe(scene.id)).not.toBeNull(), patient);
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect(await platform.eventTypes(scene.id)).toContain('workload.deleted'), patient);
    expect([await platform.runtime.observe(scene.id), await berlin.world.observe(scene.id)]).toEqual([null, null]);
    expect((await told()).at(-1)).toBe('');
  });
});

describe('a move is refused, and nothing changes, when', () => {
  const refusal = (cluster: string) => scene.owner.refusal('POST', `/v1/workloads/${scene.id}/move`, { cluster });
  beforeEach(async () => void (await scene.deployLive('one')));

  it('there is no such cluster', async () => {
    expect(await refusal('nowhere')).toEqual({ status: 422, code: 'cluster_unknown', pointers: ['/cluster'] });
  });

  it('the cluster is cordoned', async () => {
    await platform.query('update cluster set is_cordoned = true where id = $1', [berlin.id]);
    expect(await refusal(berlin.name)).toEqual({ status: 409, code: 'cluster_cordoned', pointers: ['/cluster'] });
    expect(await placementsOf(scene)).toEqual({ local: 'active' });
  });

  it('the environment has to stay elsewhere', async () => {
    await platform.query(`update environment set regions = '{ch}' where id = $1`, [scene.environment.id]);
    expect(await refusal(berlin.name)).toEqual({ status: 422, code: 'cluster_out_of_region', pointers: ['/cluster'] });
  });

  it('the cluster scales nothing by itself, and the workload is scaled by its load', async () => {
    await scene.scale({ autoscaling: { web: { min: 1, max: 2, cpuPercent: 60 } } });
    berlin.world.autoscales = false;
    expect(await refusal(berlin.name)).toMatchObject({ status: 422, code: 'cluster_does_not_fit' });
  });

  it('the cluster makes no pods, and those of the workload are patched', async () => {
    await scene.owner.put(`/v1/workloads/${scene.id}/patches/web`, { spec: { terminationGracePeriodSeconds: 60 } });
    berlin.world.patches = false;
    expect(await refusal(berlin.name)).toMatchObject({ status: 422, code: 'cluster_does_not_fit' });
  });

  it('it has volumes, which stay where they are', async () => {
    await scene.owner.post('/v1/volumes', { workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 1_024 });
    expect(await refusal(berlin.name)).toEqual({ status: 422, code: 'cluster_does_not_fit', pointers: ['/cluster'] });
    expect(await placementsOf(scene)).toEqual({ local: 'active' });
    await move('local');
  });

  it('somebody asks who may not', async () => {
    const developer = await scene.member('developer');
    const path = `/v1/workloads/${scene.id}/move`;
    expect(await developer.refusal('POST', path, { cluster: berlin.name })).toMatchObject({ status: 403 });
    const body = { cluster: berlin.name, drainSeconds: -1 };
    expect(await scene.owner.refusal('POST', path, body)).toMatchObject({ status: 422, pointers: ['/drainSeconds'] });
  });
});
