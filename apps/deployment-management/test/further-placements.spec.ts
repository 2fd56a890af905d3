import type { DryRun, Placement } from '@berth/contracts/deployment';
import type { Allocation } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CLUSTERS } from '../src/clusters/cluster-queue.js';
import { RuntimeRefused } from '../src/runtime/runtime.js';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { TestCluster } from './fixtures/second-cluster.js';
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
const add = (counts: object = {}) => scene.owner.post<Placement>(path(), { cluster: berlin.name, counts });
const at = async (cluster: string) =>
  (await scene.owner.get<Page<Placement>>(path())).items.find((each) => each.cluster === cluster);
const comesToBe = (cluster: string, expected: object) =>
  eventually(async () => {
    await clusters.lookAnew(WORKLOADS, [scene.id]);
    expect(await at(cluster)).toMatchObject(expected);
  }, patient);
const lastCounted = async () =>
  (await platform.events(scene.id))
    .filter(({ type }) => type.includes('allocation-changed'))
    .map(({ data }) => data as Allocation)
    .at(-1);
/** Live on its own cluster and on `berlin`. */
const spread = async (name: string, counts: object = {}) => {
  await scene.deployLive(name);
  await add(counts);
  await comesToBe(berlin.name, { state: 'active', phase: 'live' });
};

describe('a cluster beside the first', () => {
  it('is reached while a command runs on the first', async () => {
    await scene.deployLive('one');
    platform.runtime.tasks.behave(digestOf('one'), { kind: 'hangs' });
    const { id } = await scene.owner.post<{ id: string }>(`/v1/workloads/${scene.id}/tasks`, { command: 'seed' });
    await eventually(async () => expect(await scene.owner.get(`/v1/tasks/${id}`)).toMatchObject({ status: 'running' }));
    await add();
    await comesToBe(berlin.name, { state: 'active', phase: 'live' });
    await scene.owner.post(`/v1/tasks/${id}/cancel`);
  });

  it('that refuses what is stated there fails the deployment, and holds up nothing on the first', async () => {
    await spread('one');
    const refuse = jest.spyOn(berlin.world, 'apply').mockRejectedValue(new RuntimeRefused('No pods of this kind.'));
    const failed = await scene.reaches(await scene.deploy('two'), 'failed');
    expect(failed.failure).toMatchObject({
      ...{ cause: 'policy_denied', message: `On ${berlin.name}: The cluster refuses it: No pods of this kind.` },
    });
    await scene.scale({ counts: { web: 2 } });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    await comesToBe(berlin.name, { state: 'active', phase: 'failing', message: expect.stringMatching(/refuses it/) });
    refuse.mockRestore();
    await comesToBe(berlin.name, { state: 'active', phase: 'live', message: null });
  });

  it('does not arrive where what is stated is refused, and says why', async () => {
    await scene.deployLive('one');
    const refuse = jest.spyOn(berlin.world, 'apply').mockRejectedValue(new RuntimeRefused('No pods of this kind.'));
    await add();
    await comesToBe(berlin.name, { state: 'failed', message: 'The cluster refuses it: No pods of this kind.' });
    refuse.mockRestore();
  });

  it('where something goes wrong that nobody reckoned with holds up nothing on the first', async () => {
    await spread('one');
    const fail = jest.spyOn(berlin.world, 'apply').mockRejectedValue(new Error('a bug'));
    await scene.scale({ counts: { web: 2 } });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    fail.mockRestore();
    await comesToBe(berlin.name, { state: 'active', phase: 'live' });
  });

  it('that refuses the platform is left out, and does not become the first', async () => {
    await spread('one');
    await clusters.refuses(berlin);
    await comesToBe(berlin.name, { phase: 'waiting', message: expect.stringMatching(/refuses the platform/) });
    const deployment = await scene.deployLive('two');
    const said = (await scene.deployment(deployment.id)).timeline.at(-1)?.message;
    expect(said).toMatch(`${berlin.name} refuses the platform and is left out`);
    expect(await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/move`, { cluster: berlin.name })).toMatchObject(
      {
        ...{ status: 409, pointers: ['/cluster'] },
      },
    );
    await clusters.returns(berlin);
    await comesToBe(berlin.name, { phase: 'live', proof: { release: 2 } });
  });

  it('that was away is paid for from when it is seen again', async () => {
    await spread('one');
    await clusters.goes(berlin);
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await lastCounted()).toMatchObject({ entries: [{ cluster: 'local' }] });
    }, patient);
    const returned = Date.now();
    await clusters.returns(berlin);
    await eventually(async () => expect((await lastCounted())?.entries).toHaveLength(2), patient);
    expect(Date.parse((await lastCounted())?.effectiveAt ?? '')).toBeGreaterThanOrEqual(returned);
  });

  it('that it is leaving and that is away is paid for again from when it is seen', async () => {
    await spread('one');
    await scene.owner.send('DELETE', path(`/${berlin.name}?drainSeconds=600`));
    await clusters.goes(berlin);
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await lastCounted()).toMatchObject({ entries: [{ cluster: 'local' }] });
    }, patient);
    const returned = Date.now();
    await clusters.returns(berlin);
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect((await lastCounted())?.entries).toHaveLength(2);
    }, patient);
    expect(Date.parse((await lastCounted())?.effectiveAt ?? '')).toBeGreaterThanOrEqual(returned);
  });

  it('that takes its time is looked at when it says something, not again and again', async () => {
    await spread('one');
    berlin.world.behave(digestOf('one'), { kind: 'hangs' });
    berlin.world.kill(scene.id, 'web');
    await comesToBe(berlin.name, { phase: 'rolling' });
    await eventually(async () => {
      const [item] = await platform.query<{ isLater: boolean }>(
        `select due_at > now() + interval '10 minutes' as "isLater" from work_item where queue = $1 and key = $2`,
        [WORKLOADS, scene.id],
      );
      expect(item?.isLater).toBe(true);
    }, patient);
    berlin.world.behave(digestOf('one'), { kind: 'honest' });
    await comesToBe(berlin.name, { phase: 'live' });
  });

  it('is in what a deployment is said to allocate', async () => {
    await spread('one', { web: 2 });
    const { allocation } = await scene.owner.post<DryRun>(`/v1/workloads/${scene.id}/deployments?dryRun=true`, {
      source: { kind: 'git' },
    });
    expect(allocation.before).toMatchObject([
      { cluster: 'local', release: 1, instances: 1 },
      { cluster: berlin.name, release: 1, instances: 2 },
    ]);
    expect(allocation.after).toMatchObject([{ cluster: 'local' }, { cluster: berlin.name, instances: 2 }]);
  });

  it('is where it stands, whatever became of a former cluster of its name', async () => {
    await spread('one');
    const former = `00000000-0000-7000-8001-${String(number).padStart(12, '0')}`;
    await platform.query(
      `insert into cluster (id, name, server, created_at, removed_at) values ($1, $2, 'https://former.example', now(), now())`,
      [former, berlin.name],
    );
    await platform.query(
      `insert into placement (workload_id, cluster_id, state, is_first, has_failed, created_at) values ($1, $2, 'failed', false, true, now())`,
      [scene.id, former],
    );
    expect(await scene.owner.refusal('POST', path(), { cluster: berlin.name })).toMatchObject({
      code: 'placement_exists',
    });
    const scaled = await scene.owner.post<Placement>(path(`/${berlin.name}/scale`), { counts: { web: 2 } });
    expect(scaled).toMatchObject({ state: 'active', counts: { web: 2 } });
  });

  it('that becomes the first takes over when it runs what the workload is to run, and not before', async () => {
    await spread('one', { web: 0 });
    berlin.world.behave(digestOf('one'), { kind: 'hangs' });
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 0 });
    await comesToBe(berlin.name, { isFirst: true, phase: 'rolling' });
    const looks = jest.spyOn(berlin.world, 'observe');
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(looks.mock.calls.length).toBeGreaterThan(2);
    }, patient);
    looks.mockRestore();
    expect(await at('local')).toMatchObject({ state: 'draining', isFirst: false });
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
    berlin.world.behave(digestOf('one'), { kind: 'honest' });
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await at('local')).toBeUndefined();
      expect(await at(berlin.name)).toMatchObject({ phase: 'live' });
    }, patient);
  });

  it('that becomes the first and does not come up is waited for as long as anything may drain', async () => {
    await spread('one', { web: 0 });
    berlin.world.behave(digestOf('one'), { kind: 'hangs' });
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 0 });
    await comesToBe(berlin.name, { isFirst: true, phase: 'rolling' });
    await platform.query('update placement set waits_until = now() where workload_id = $1 and not is_first', [
      scene.id,
    ]);
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await at('local')).toBeUndefined();
    }, patient);
  });

  const roomFor = async (instances: number) => {
    const [{ cpu } = { cpu: 0 }] = await platform.query<{ cpu: number }>(
      `select (processes->0->>'cpuMillicores')::int as cpu from release where workload_id = $1`,
      [scene.id],
    );
    await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: cpu * instances } });
  };

  it('becomes the first where the former one does not answer, whatever there is room for', async () => {
    const lost = await clusters.register(`lost-${number}`, `r${number}`);
    await scene.deployLive('one');
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: lost.name, drainSeconds: 0 });
    await comesToBe(lost.name, { state: 'active', phase: 'live' });
    await add({ web: 0 });
    await comesToBe(berlin.name, { state: 'active', phase: 'live' });
    await roomFor(1);
    await clusters.goes(lost);
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name });
    await comesToBe(berlin.name, { isFirst: true, phase: 'live' });
  });

  it('becomes the first when there is room for both until the former first is gone', async () => {
    await spread('one', { web: 0 });
    const move = { cluster: berlin.name, drainSeconds: 0 };
    await roomFor(1);
    const refused = await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/move`, move);
    expect(refused).toMatchObject({ status: 409, code: 'quota_exceeded' });
    expect(await at('local')).toMatchObject({ state: 'active', isFirst: true });
    await roomFor(2);
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, move);
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await at('local')).toBeUndefined();
      expect(await at(berlin.name)).toMatchObject({ isFirst: true, phase: 'live' });
    }, patient);
  });
});

describe('a failover', () => {
  it('leaves nothing to a further cluster that answers again only since a moment ago', async () => {
    const lost = await clusters.register(`lost-${number}`, `r${number}`);
    await scene.deployLive('one');
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: lost.name, drainSeconds: 0 });
    await comesToBe(lost.name, { state: 'active', phase: 'live' });
    await platform.query(`update environment set regions = '{r${number}}' where id = $1`, [scene.environment.id]);
    await add();
    await comesToBe(berlin.name, { state: 'active', phase: 'live' });
    await scene.owner.put(`/v1/environments/${scene.environment.id}/failover`, { afterSeconds: 600 });
    await clusters.goes(lost);
    await clusters.isFoundJustNow(berlin);
    await clusters.timePassesAt(lost);
    await clusters.lookAnew(CLUSTERS, [lost.id]);
    await comesToBe(lost.name, {
      message: expect.stringContaining(`${berlin.name} answers again only since a moment ago`),
    });
    expect((await scene.now()).cluster).toBe(lost.name);
    await eventually(async () => {
      await clusters.timePasses();
      expect((await scene.now()).cluster).toBe(berlin.name);
    }, patient);
  });
});
