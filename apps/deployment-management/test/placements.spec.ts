import type { Placement } from '@berth/contracts/deployment';
import type { Allocation } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, runningIn, type TestCluster } from './fixtures/second-cluster.js';
import type { Page } from './fixtures/types.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const clusters = new WatchedClusters();
let platform: Platform;
let scene: Scene;
let berlin: TestCluster;
let number = 0;

beforeAll(async () => {
  platform = await Platform.start({ overrides: clusters.overrides });
  clusters.watch(platform);
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  berlin = await clusters.register(`berlin-${++number}`, `r${number}`);
});
afterAll(() => platform.close());

const path = (rest = '') => `/v1/workloads/${scene.id}/placements${rest}`;
const add = (counts: object = {}, cluster = berlin.name) => scene.owner.post<Placement>(path(), { cluster, counts });
const placements = async () => (await scene.owner.get<Page<Placement>>(path())).items;
const at = async (cluster: string) => (await placements()).find((each) => each.cluster === cluster);
const comesToBe = (cluster: string, expected: object) =>
  eventually(async () => {
    await clusters.lookAnew(WORKLOADS, [scene.id]);
    expect(await at(cluster)).toMatchObject(expected);
  }, patient);
const eventuallyPlaced = (expected: Record<string, Placement['state']>) =>
  eventually(async () => {
    await clusters.lookAnew(WORKLOADS, [scene.id]);
    expect(await placementsOf(scene)).toEqual(expected);
  }, patient);
const running = async () => [await runningIn(platform.runtime, scene), await runningIn(berlin.world, scene)];
const allocations = async (): Promise<Allocation[]> =>
  (await platform.events(scene.id))
    .filter(({ type }) => type.includes('allocation-changed'))
    .map(({ data }) => data as Allocation);
const counted = ({ entries }: Allocation) =>
  entries
    .map((each) => `${each.cluster} v${each.release} ${each.instances}`)
    .sort()
    .join();
const told = async () => (await allocations()).map(counted);
const eventuallyCounts = (entries: readonly string[]) =>
  eventually(async () => expect((await told()).at(-1)).toBe([...entries].sort().join()), patient);
/** Live on its own cluster and on `berlin`. */
const spread = async (name: string, counts: object = {}) => {
  await scene.deployLive(name);
  await add(counts);
  await comesToBe(berlin.name, { state: 'active', phase: 'live' });
};
const both = (each: string) => [`local ${each}`, `${berlin.name} ${each}`].sort().join();
const onlyRoomFor = async (instances: number) => {
  const [{ cpu } = { cpu: 0 }] = await platform.query<{ cpu: number }>(
    `select (processes->0->>'cpuMillicores')::int as cpu from release where workload_id = $1`,
    [scene.id],
  );
  await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: cpu * instances } });
};
const lastLine = async (id: string) => (await scene.deployment(id)).timeline.at(-1)?.message;

describe('a workload on several clusters', () => {
  it('serves on both with counts of each, proves each, and counts what each runs', async () => {
    await scene.deployLive('one');
    expect(await add({ web: 2 })).toMatchObject({ cluster: berlin.name, state: 'arriving', isFirst: false });
    await comesToBe(berlin.name, { state: 'active', phase: 'live', counts: { web: 2 } });
    await comesToBe('local', { state: 'active', phase: 'live', isFirst: true });
    expect(await running()).toEqual([1, 2]);
    await eventuallyCounts(['local v1 1', `${berlin.name} v1 2`]);
    expect((await told())[0]).toBe('local v1 1');
    const { proof } = (await at(berlin.name))!;
    expect(proof).toMatchObject({ release: 1, artifactDigest: digestOf('one'), routeAccepted: true });
    expect(proof?.instances).toHaveLength(2);
    expect((await scene.now()).conditions).toMatchObject([{ type: 'Ready', status: 'true' }]);
    expect(await scene.owner.refusal('POST', path(), { cluster: berlin.name })).toEqual({
      ...{ status: 409, code: 'placement_exists', pointers: ['/cluster'] },
    });
  });

  it('is deployed, scaled, stopped, started and restarted on all of them', async () => {
    await spread('one');
    await scene.deployLive('two');
    expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('two'));
    await eventuallyCounts(['local v2 1', `${berlin.name} v2 1`]);
    await scene.owner.post(path(`/${berlin.name}/scale`), { counts: { web: 3 } });
    await eventually(async () => expect(await running()).toEqual([1, 3]), patient);
    await eventuallyCounts(['local v2 1', `${berlin.name} v2 3`]);
    await scene.owner.post(`/v1/workloads/${scene.id}/restart`);
    const tokens = () => [scene.desired?.restartToken, berlin.world.applied.at(-1)?.restartToken];
    const { generation } = await scene.now();
    await eventually(() => expect(berlin.world.applied.at(-1)?.generation).toBe(generation), patient);
    await eventually(() => expect(new Set(tokens()).size).toBe(1), patient);
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await eventually(async () => expect(await running()).toEqual([0, 0]), patient);
    await eventuallyCounts([]);
    await comesToBe(berlin.name, { phase: 'stopped' });
    await scene.owner.post(`/v1/workloads/${scene.id}/start`);
    await eventually(async () => expect(await running()).toEqual([1, 3]), patient);
  });

  it('keeps what was live on each when a new release fails on one, which the deployment names', async () => {
    await spread('one');
    const trouble = { cause: 'crash_loop' as const, message: 'It ended with code 1.', evidence: ['boom'] };
    berlin.world.behave(digestOf('bad'), { kind: 'fails', trouble });
    const failed = await scene.reaches(await scene.deploy('bad'), 'failed');
    expect(failed.failure).toMatchObject({
      ...{ cause: 'crash_loop', message: `On ${berlin.name}: It ended with code 1.`, evidence: ['boom'] },
    });
    await eventually(() => expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('one')), patient);
    await eventually(() => expect(scene.desired?.release.artifact.digest).toBe(digestOf('one')), patient);
    await comesToBe(berlin.name, { phase: 'live', proof: { release: 1 } });
    await eventuallyCounts(['local v1 1', `${berlin.name} v1 1`]);
  });

  it('is not live before its route answers on each', async () => {
    await spread('one');
    berlin.world.behave(digestOf('mute'), { kind: 'no-route' });
    const deployment = await scene.deploy('mute');
    await scene.reaches(deployment, 'verifying');
    berlin.world.behave(digestOf('mute'), { kind: 'honest' });
    await scene.reaches(deployment, 'live', 60_000);
  });

  it('goes live without a cluster that does not answer, says so, and brings it up to date afterwards', async () => {
    await spread('one');
    await clusters.goes(berlin);
    await comesToBe(berlin.name, { phase: 'waiting', message: expect.stringMatching(/could not be asked/) });
    await eventuallyCounts(['local v1 1']);
    const deployment = await scene.deployLive('two');
    expect(await lastLine(deployment.id)).toMatch(`${berlin.name} does not answer and is left out`);
    expect((await scene.now()).conditions).toMatchObject([{ status: 'false', reason: 'PlacementNotReady' }]);
    await clusters.returns(berlin);
    await comesToBe(berlin.name, { phase: 'live', proof: { release: 2 } });
    await eventuallyCounts(['local v2 1', `${berlin.name} v2 1`]);
    const effective = (await allocations()).map(({ effectiveAt }) => Date.parse(effectiveAt));
    expect(effective).toEqual([...effective].sort((a, b) => a - b));
  });

  it('leaves one: what drains there is paid for and in the quota until nothing of it is there', async () => {
    await spread('one');
    await onlyRoomFor(2);
    const leaving = await scene.owner.send('DELETE', path(`/${berlin.name}?drainSeconds=600`));
    expect(leaving).toMatchObject({ status: 202, body: { state: 'draining' } });
    await eventuallyPlaced({ local: 'active', [berlin.name]: 'draining' });
    expect(await running()).toEqual([1, 1]);
    const counts = { counts: { web: 2 } };
    const excess = await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, counts);
    expect(excess).toMatchObject({ status: 409, code: 'quota_exceeded' });
    const [until] = await platform.query<{ at: Date }>(
      `update placement set drain_until = now() where workload_id = $1 and not is_first returning drain_until as at`,
      [scene.id],
    );
    await eventuallyPlaced({ local: 'active' });
    expect(await berlin.world.observe(scene.id)).toBeNull();
    expect(await told()).toEqual(['local v1 1', both('v1 1'), 'local v1 1']);
    expect(Date.parse((await allocations()).at(-1)!.effectiveAt)).toBeGreaterThanOrEqual(until!.at.getTime());
    await scene.scale(counts);
    expect(await scene.owner.refusal('DELETE', path(`/${berlin.name}?drainSeconds=601`))).toMatchObject({
      pointers: ['?drainSeconds'],
    });
    expect(await scene.owner.refusal('DELETE', path('/local'))).toMatchObject({
      status: 422,
      code: 'placement_is_first',
    });
    expect(await scene.owner.refusal('DELETE', path(`/${berlin.name}`))).toMatchObject({ status: 404 });
  });

  it('that it leaves before it has arrived has nothing to serve on there', async () => {
    await scene.deployLive('slow');
    berlin.world.behave(digestOf('slow'), { kind: 'hangs' });
    await add();
    await eventually(async () => expect(await berlin.world.observe(scene.id)).not.toBeNull(), patient);
    await scene.owner.send('DELETE', path(`/${berlin.name}?drainSeconds=600`));
    await eventuallyPlaced({ local: 'active' });
    expect(await told()).toEqual(['local v1 1']);
  });

  it('does not stay where it does not come up, and says why', async () => {
    await scene.deployLive('ill');
    const trouble = { cause: 'image_not_found' as const, message: 'No such image there.', evidence: [] };
    berlin.world.behave(digestOf('ill'), { kind: 'fails', trouble });
    await add();
    await eventuallyPlaced({ local: 'active', [berlin.name]: 'failed' });
    expect((await at(berlin.name))?.message).toBe('No such image there.');
    expect(await told()).toEqual(['local v1 1']);
  });

  it('stands there before anything was deployed, and its first release goes to all', async () => {
    await add({ web: 2 });
    await comesToBe(berlin.name, { state: 'active', phase: 'empty' });
    await scene.deployLive('one');
    await eventually(async () => expect(await running()).toEqual([1, 2]), patient);
    await eventuallyCounts(['local v1 1', `${berlin.name} v1 2`]);
  });

  it('that it comes back to while it drains there runs what is asked for now', async () => {
    await spread('one', { web: 3 });
    await scene.owner.send('DELETE', path(`/${berlin.name}?drainSeconds=600`));
    await add({ web: 2 });
    await comesToBe(berlin.name, { state: 'active', phase: 'live' });
    expect(await running()).toEqual([1, 2]);
    await scene.owner.send('DELETE', path(`/${berlin.name}?drainSeconds=600`));
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 0 });
    await eventuallyPlaced({ [berlin.name]: 'active' });
    expect(await running()).toEqual([0, 1]);
    await eventuallyCounts([`${berlin.name} v1 1`]);
  });

  it('has nothing anywhere after it was deleted', async () => {
    await spread('one');
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect((await platform.events(scene.id)).map(({ type }) => type)).toContain('berth.workload.deleted.v1');
    }, patient);
    expect([await platform.runtime.observe(scene.id), await berlin.world.observe(scene.id)]).toEqual([null, null]);
    expect((await told()).at(-1)).toBe('');
  });
});

describe('the first cluster of several', () => {
  it('changes at once when it moves to where it stands already, and each moment is counted once', async () => {
    await spread('one', { web: 2 });
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 600 });
    expect((await scene.now()).cluster).toBe(berlin.name);
    await eventuallyPlaced({ local: 'draining', [berlin.name]: 'active' });
    await eventuallyCounts(['local v1 1', `${berlin.name} v1 1`]);
    await platform.query(`update placement set drain_until = now() where workload_id = $1 and not is_first`, [
      scene.id,
    ]);
    await eventuallyPlaced({ [berlin.name]: 'active' });
    await eventually(async () => expect(await running()).toEqual([0, 1]), patient);
    await eventuallyCounts([`${berlin.name} v1 1`]);
    expect(await at(berlin.name)).toMatchObject({ isFirst: true, counts: {} });
  });

  it('is another that is live when its cluster goes and its environment says so', async () => {
    const lost = await clusters.register(`lost-${number}`, `r${number}`);
    await scene.deployLive('one');
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: lost.name, drainSeconds: 0 });
    await eventuallyPlaced({ [lost.name]: 'active' });
    await add();
    await comesToBe(berlin.name, { state: 'active', phase: 'live' });
    await scene.owner.put(`/v1/environments/${scene.environment.id}/failover`, { afterSeconds: 600 });
    await clusters.goes(lost);
    await eventually(async () => {
      await clusters.timePasses();
      expect(await placementsOf(scene)).toEqual({ [lost.name]: 'draining', [berlin.name]: 'active' });
    }, patient);
    await eventuallyCounts([`${berlin.name} v1 1`]);
    expect((await scene.now()).cluster).toBe(berlin.name);
  });

  it('moves to a third, and what stands beside it stays', async () => {
    const third = await clusters.register(`third-${number}`, `r${number}`);
    await spread('one');
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: third.name, drainSeconds: 0 });
    await eventuallyPlaced({ [third.name]: 'active', [berlin.name]: 'active' });
    await eventuallyCounts([`${third.name} v1 1`, `${berlin.name} v1 1`]);
  });
});

describe('a further cluster is refused', () => {
  const refusal = (body: object = { cluster: berlin.name }) => scene.owner.refusal('POST', path(), body);
  const misfit = { status: 422, code: 'cluster_does_not_fit', pointers: ['/cluster'] };

  it('for what stands on one only, which in turn is refused for what stands on several', async () => {
    await scene.deployLive('one');
    const volume = { workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 1 };
    const canary = { strategy: { kind: 'canary', steps: [{ weight: 10, holdSeconds: 60 }] } };
    const patch = (body: object) => scene.owner.send('PATCH', `/v1/workloads/${scene.id}`, body, { 'if-match': '*' });
    await add();
    await comesToBe(berlin.name, { state: 'active', phase: 'live' });
    expect(await scene.owner.refusal('POST', '/v1/volumes', volume)).toEqual({
      ...{ status: 422, code: 'volume_on_one_cluster', pointers: ['/workloadId'] },
    });
    expect(await patch(canary)).toMatchObject({ status: 422, body: { code: 'strategy_not_supported' } });
    await scene.owner.delete(path(`/${berlin.name}?drainSeconds=0`));
    await eventuallyPlaced({ local: 'active' });
    expect(await patch(canary)).toMatchObject({ status: 200 });
    expect(await refusal()).toEqual(misfit);
    await patch({ strategy: { kind: 'rolling' } });
    await scene.owner.post('/v1/volumes', volume);
    expect(await refusal()).toEqual(misfit);
  });

  it('where it may not be, with process types that there are not, and beyond the quota', async () => {
    await scene.deployLive('one');
    expect(await refusal({ cluster: 'nowhere' })).toMatchObject({ status: 422, code: 'cluster_unknown' });
    expect(await refusal({ cluster: berlin.name, counts: { webb: 1 } })).toEqual({
      ...{ status: 422, code: 'process_type_unknown', pointers: ['/counts/webb'] },
    });
    await platform.query(`update environment set regions = '{elsewhere}' where id = $1`, [scene.environment.id]);
    expect(await refusal()).toMatchObject({ status: 422, code: 'cluster_out_of_region' });
    await platform.query(`update environment set regions = '{}' where id = $1`, [scene.environment.id]);
    await platform.query('update cluster set is_cordoned = true where id = $1', [berlin.id]);
    expect(await refusal()).toMatchObject({ status: 409, code: 'cluster_cordoned' });
    await platform.query('update cluster set is_cordoned = false where id = $1', [berlin.id]);
    await onlyRoomFor(3);
    const overQuota = { status: 409, code: 'quota_exceeded' };
    expect(await refusal({ cluster: berlin.name, counts: { web: 3 } })).toMatchObject(overQuota);
    await add({ web: 2 });
    const scale = { counts: { web: 3 } };
    expect(await scene.owner.refusal('POST', path(`/${berlin.name}/scale`), scale)).toMatchObject(overQuota);
    expect(await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, { counts: { web: 2 } })).toMatchObject(
      overQuota,
    );
    expect(await placementsOf(scene)).toHaveProperty(berlin.name);
  });
});
