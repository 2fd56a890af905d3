import type { App, Deployment, Failover, Placement, Task } from '@berth/contracts/deployment';
import type { Allocation } from '@berth/contracts/events';
import { eventually, startTestService } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { healthAfter } from '../src/clusters/cluster-health.js';
import { ClusterReports } from '../src/clusters/cluster-reports.js';
import { FailoverStarter } from '../src/failovers/failover-starter.js';
import { deploymentManagement, RUNTIME } from '../src/index.js';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import { digestOf } from './fixtures/build-service.js';
import { blueGreen, releaseBy, waits } from './fixtures/canary-scene.js';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';
import { placementsOf, runningIn, type TestCluster } from './fixtures/second-cluster.js';
import type { Page } from './fixtures/types.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const clusters = new WatchedClusters();
let platform: Platform;
let scene: Scene;
let lost: TestCluster;
let berlin: TestCluster;
let number = 0;

beforeAll(async () => {
  platform = await Platform.start({ overrides: clusters.overrides });
  clusters.watch(platform);
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  const region = `r${++number}`;
  lost = await clusters.register(`lost-${number}`, region);
  berlin = await clusters.register(`berlin-${number}`, region);
  await platform.query('update environment set regions = $2 where id = $1', [scene.environment.id, [region]]);
});
afterAll(() => platform.close());

const path = () => `/v1/environments/${scene.environment.id}/failover`;
const policy = (body: object = { afterSeconds: 600 }) => scene.owner.put<Failover>(path(), body);
const placements = async (): Promise<Placement[]> =>
  (await scene.owner.get<Page<Placement>>(`/v1/workloads/${scene.id}/placements`)).items;
const messageAt = async (name: string) => (await placements()).find(({ cluster }) => cluster === name)?.message;
const eventuallyPlaced = (expected: Record<string, Placement['state']>) =>
  eventually(async () => {
    await clusters.timePasses();
    expect(await placementsOf(scene)).toEqual(expected);
  }, patient);
const stays = (why: RegExp) =>
  eventually(async () => {
    await clusters.timePasses();
    expect(await messageAt(lost.name)).toMatch(why);
  }, patient);
/** Live on the cluster that will go. */
const stand = async (name: string, ...how: [object?]) => {
  await scene.deployLive(name, ...how);
  await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: lost.name, drainSeconds: 0 });
  await eventually(async () => expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active' }), patient);
};
const allocations = async (): Promise<Allocation[]> =>
  (await platform.events(scene.id))
    .filter(({ type }) => type.includes('allocation-changed'))
    .map(({ data }) => data as Allocation);
const told = async () =>
  (await allocations()).map(({ entries }) => entries.map((each) => `${each.cluster} ${each.instances}`).join());
const failovers = async () =>
  platform.query<{ detail: object }>(
    `select detail - 'request' as detail from audit_entry where action = 'workloads:move' and target->>'id' = $1 and detail ? 'failover'
      order by sequence`,
    [scene.id],
  );
/** The drain is over, whatever the clock says. */
const heals = (name: string) =>
  eventually(async () => {
    await platform.query(`update placement set drain_until = now() where workload_id = $1 and state = 'draining'`, [
      scene.id,
    ]);
    await clusters.lookAnew(WORKLOADS, [scene.id]);
    expect(await placementsOf(scene)).toEqual({ [name]: 'active' });
  }, patient);

describe('a workload whose cluster does not answer', () => {
  it('waits for it unless its environment says otherwise', async () => {
    await stand('waits');
    await clusters.goes(lost);
    await clusters.timePasses();
    await clusters.twoLooksAt(lost);
    expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active' });
    expect(await failovers()).toEqual([]);
  });

  it('is live elsewhere after the limit, uses what was last certain there, and is one again when the cluster returns', async () => {
    await stand('one');
    await policy();
    await clusters.goes(lost);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    expect(await runningIn(berlin.world, scene)).toBe(1);
    expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('one'));
    expect((await placements()).map(({ cluster, isFailover }) => [cluster, isFailover])).toContainEqual([
      ...[berlin.name, true],
    ]);
    expect(await told()).toEqual(['local 1', `${lost.name} 1`, '', `${berlin.name} 1`]);
    const [, began, ended, went] = (await allocations()).map(({ effectiveAt }) => Date.parse(effectiveAt));
    expect(ended).toBeGreaterThanOrEqual(began ?? NaN);
    expect(went).toBeGreaterThanOrEqual(ended ?? NaN);
    const since = expect.stringMatching(/^20.*Z$/);
    const failover = { from: lost.name, unreachableSince: since };
    const change = { before: { cluster: lost.name }, after: { cluster: berlin.name } };
    expect(await failovers()).toEqual([{ detail: { cluster: berlin.name, drainSeconds: 60, failover, ...change } }]);
    await clusters.returns(lost);
    await heals(berlin.name);
    expect(await lost.world.observe(scene.id)).toBeNull();
    expect(await runningIn(berlin.world, scene)).toBe(1);
    expect(await told()).toHaveLength(4);
  });

  it('stays while its cluster refuses the platform, and leaves when that is gone after all', async () => {
    await stand('refused');
    await policy();
    await clusters.refuses(lost);
    await clusters.timePasses();
    await clusters.twoLooksAt(lost);
    expect(await failovers()).toEqual([]);
    expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active' });
    await clusters.isSilent(lost);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
  });

  it('waits as long as its environment says, and from the beginning when it answered meanwhile', async () => {
    await stand('early');
    await policy({ afterSeconds: 3_000 });
    await clusters.goes(lost);
    await platform.query(`update cluster set conditions = jsonb_set(conditions, '{0,since}', $2) where id = $1`, [
      ...[lost.id, JSON.stringify(new Date(Date.now() - 2_000_000))],
    ]);
    await clusters.twoLooksAt(lost);
    expect(await failovers()).toEqual([]);
    await clusters.returns(lost);
    await clusters.goes(lost);
    await clusters.twoLooksAt(lost);
    expect(await failovers()).toEqual([]);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
  });

  it('stays when no other cluster may or can take it, says why, and goes as soon as one can', async () => {
    await stand('stuck');
    await policy();
    await platform.query('update cluster set is_cordoned = true where id = $1', [berlin.id]);
    await clusters.goes(lost);
    await stays(new RegExp(`No other cluster can take it.*${berlin.name} is cordoned`));
    expect(await messageAt(lost.name)).toMatch(/local is not in r/);
    await clusters.goes(berlin);
    await platform.query('update cluster set is_cordoned = false where id = $1', [berlin.id]);
    await stays(new RegExp(`${berlin.name} does not answer`));
    expect(await failovers()).toEqual([]);
    await clusters.returns(berlin);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
  });

  it('stays with workers unless they may run twice', async () => {
    const processes = ['web', 'worker'].map((name) => ({ name, command: 'node x.js' }));
    await stand('works', { processes });
    await scene.scale({ counts: { worker: 1 } });
    await policy();
    await clusters.goes(lost);
    await stays(/worker beside web.*run twice/);
    await policy({ afterSeconds: 600, workersMayRunTwice: true });
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    expect(await runningIn(berlin.world, scene)).toBe(2);
  });

  it('stays with volumes, and nothing is said of it any more when the cluster answers', async () => {
    await stand('keeps');
    await scene.owner.post('/v1/volumes', { workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 1 });
    await policy({ workersMayRunTwice: true });
    await clusters.goes(lost);
    await stays(/volumes/);
    await clusters.returns(lost);
    expect(await messageAt(lost.name)).toBeNull();
  });

  it('is not said to stay by who saw it stranded before its cluster was found to answer', async () => {
    await stand('told');
    await scene.owner.post('/v1/volumes', { workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 1 });
    await policy({ workersMayRunTwice: true });
    await clusters.goes(lost);
    await stays(/volumes/);
    const { app, database } = platform.service;
    const found = healthAfter({ failedLooks: 2, conditions: [] }, { at: new Date(), trouble: null, statistics: null });
    let starting: Promise<unknown> | undefined;
    await database.transaction(async (tx) => {
      await app.get(ClusterReports, { strict: false }).write(tx, lost.id, found, '');
      const starter = app.get(FailoverStarter, { strict: false });
      starting = database.transaction((other) => starter.start(other, scene.id));
      await eventually(async () => {
        const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
          and query ~ 'for share of c|set message'`;
        expect(await platform.query(waiting)).not.toHaveLength(0);
      }, patient);
    });
    await starting;
    expect(await messageAt(lost.name)).toBeNull();
  });

  it('arrives also when its cluster returns on the way; one place is left', async () => {
    await stand('returns');
    berlin.world.behave(digestOf('returns'), { kind: 'hangs' });
    await policy();
    await clusters.goes(lost);
    await eventuallyPlaced({ [lost.name]: 'active', [berlin.name]: 'arriving' });
    await clusters.returns(lost);
    berlin.world.behave(digestOf('returns'), { kind: 'honest' });
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    await heals(berlin.name);
    expect([await runningIn(lost.world, scene), await runningIn(berlin.world, scene)]).toEqual([0, 1]);
  });

  it('goes to a third when the second goes too, and leaves nothing on either', async () => {
    await stand('thrice');
    const paris = await clusters.register(`paris-${number}`, `r${number}`);
    await platform.query('update cluster set is_cordoned = true where id = $1', [paris.id]);
    berlin.world.behave(digestOf('thrice'), { kind: 'hangs' });
    await policy();
    await clusters.goes(lost);
    await eventuallyPlaced({ [lost.name]: 'active', [berlin.name]: 'arriving' });
    await clusters.goes(berlin);
    await platform.query('update cluster set is_cordoned = false where id = $1', [paris.id]);
    await platform.overrun(berlin.id);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'draining', [paris.name]: 'active' });
    await clusters.returns(lost);
    await clusters.returns(berlin);
    await eventually(async () => {
      await platform.query(`update placement set drain_until = now() where workload_id = $1 and state = 'draining'`, [
        scene.id,
      ]);
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await placementsOf(scene)).toEqual({ [berlin.name]: 'failed', [paris.name]: 'active' });
    }, patient);
    expect([await lost.world.observe(scene.id), await berlin.world.observe(scene.id)]).toEqual([null, null]);
  });

  it('tries another one before it goes again to where it did not arrive', async () => {
    await stand('elsewhere');
    const paris = await clusters.register(`paris-${number}`, `r${number}`);
    const { environment, project } = scene;
    const app = await scene.owner.post<App>('/v1/apps', { projectId: project.id, slug: 'beside', source: gitSource });
    await platform.query('update environment set cluster_id = $2 where id = $1', [environment.id, berlin.id]);
    await scene.owner.post('/v1/workloads', { appId: app.id, environmentId: environment.id });
    berlin.world.behave(digestOf('elsewhere'), { kind: 'hangs' });
    await policy();
    await clusters.goes(lost);
    await eventuallyPlaced({ [lost.name]: 'active', [berlin.name]: 'arriving' });
    // It was on its way for as long as it may take to arrive.
    await platform.query(
      `update placement set created_at = created_at - interval '6 minutes' where workload_id = $1 and cluster_id = $2`,
      [scene.id, berlin.id],
    );
    await platform.overrun(berlin.id);
    await eventually(async () => {
      await clusters.timePasses();
      expect(await placementsOf(scene)).toMatchObject({ [lost.name]: 'draining', [paris.name]: 'active' });
    }, patient);
    expect((await failovers()).map(({ detail }) => detail)).toMatchObject([
      { cluster: berlin.name },
      { cluster: paris.name },
    ]);
  });

  it('is set on its way once, however many replicas look', async () => {
    await stand('once');
    await policy();
    const replica = await startTestService(deploymentManagement, {
      environment: { ...platform.environment, DATABASE_URL: platform.service.databaseUrl },
      overrides: [[RUNTIME, platform.runtime], ...clusters.overrides],
    });
    await clusters.goes(lost);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    await clusters.twoLooksAt(lost);
    await replica.close();
    expect(await failovers()).toHaveLength(1);
    expect(await told()).toEqual(['local 1', `${lost.name} 1`, '', `${berlin.name} 1`]);
  });

  it('loses a command that ran there, which is not run again', async () => {
    await stand('seeded');
    lost.world.tasks.behave(digestOf('seeded'), { kind: 'hangs' });
    const { id } = await scene.owner.post<Task>(`/v1/workloads/${scene.id}/tasks`, { command: 'seed' });
    await eventually(async () => expect(await lost.world.observeTask(scene.id, id)).not.toBeNull(), patient);
    await policy();
    await clusters.goes(lost);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    const task = await scene.owner.get<Task>(`/v1/tasks/${id}`);
    expect(task).toMatchObject({ status: 'lost', failure: { message: expect.stringContaining(lost.name) } });
    expect(berlin.world.tasks.started).toEqual([]);
    await eventually(async () => expect((await told()).at(-1)).toBe(`${berlin.name} 1`), patient);
  });

  it('does not wait for a release that nobody has promoted: it ends, and v1 is live elsewhere', async () => {
    await stand('one');
    await releaseBy(scene, blueGreen(600, { promoteWithinSeconds: 604_800 }));
    const waiting = await waits(scene, await scene.deploy('two'));
    await policy();
    await clusters.goes(lost);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    expect((await scene.reaches(waiting, 'failed')).failure).toMatchObject({
      ...{
        cause: 'runtime_unavailable',
        message: `It waited to be promoted when ${lost.name} was found not to answer.`,
      },
    });
    expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('one'));
  });

  it('lets a deployment that moves there end first, and begins the next one where it goes', async () => {
    await stand('one');
    await policy();
    lost.world.behave(digestOf('two'), { kind: 'hangs' });
    const stuck = await scene.reaches(await scene.deploy('two'), 'rolling');
    await clusters.goes(lost);
    await stays(/A deployment is under way/);
    berlin.world.behave(digestOf('one'), { kind: 'hangs' });
    await platform.overrun(stuck.id);
    await scene.reaches(stuck, 'failed');
    await eventuallyPlaced({ [lost.name]: 'active', [berlin.name]: 'arriving' });
    const next = await scene.deploy('three');
    await eventually(async () => {
      const { message } = (await placements()).find(({ cluster }) => cluster === berlin.name) ?? {};
      expect(message).toMatch(/0 of 1 web/);
      const found = await scene.owner.get<Deployment>(`/v1/deployments/${next.id}`);
      expect(['queued', 'building']).toContain(found.status);
    }, patient);
    berlin.world.behave(digestOf('one'), { kind: 'honest' });
    await scene.reaches(next, 'live', 60_000);
    expect(berlin.world.applied.at(-1)?.release.artifact.digest).toBe(digestOf('three'));
  });
});

describe('the policy of an environment', () => {
  it('is off, is set, told and taken away, by those who look after it', async () => {
    expect(await scene.owner.refusal('GET', path())).toMatchObject({ status: 404 });
    const set = { environmentId: scene.environment.id, afterSeconds: 300, workersMayRunTwice: false };
    expect(await policy({})).toEqual(set);
    expect(await scene.owner.get<Failover>(path())).toEqual(set);
    const developer = await scene.member('developer');
    expect(await developer.get<Failover>(path())).toEqual(set);
    expect(await developer.refusal('PUT', path(), {})).toMatchObject({ status: 403 });
    expect(await developer.refusal('DELETE', path())).toMatchObject({ status: 403 });
    await scene.owner.delete(path());
    expect(await scene.owner.refusal('DELETE', path())).toMatchObject({ status: 404 });
    const acts = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'environments:update' and target->>'id' = $1 order by sequence`,
      [scene.environment.id],
    );
    const failover = { afterSeconds: 300, workersMayRunTwice: false };
    expect(acts.map(({ detail }) => detail)).toEqual([
      { failover, before: {}, after: { failover } },
      { failover: null, before: { failover }, after: {} },
    ]);
  });

  it.each([
    [{ afterSeconds: 59 }, '/afterSeconds'],
    [{ afterSeconds: 86_401 }, '/afterSeconds'],
    [{ workersMayRunTwice: 'yes' }, '/workersMayRunTwice'],
  ])('%j is refused', async (body, pointer) =>
    expect(await scene.owner.refusal('PUT', path(), body)).toMatchObject({ status: 422, pointers: [pointer] }),
  );
});
