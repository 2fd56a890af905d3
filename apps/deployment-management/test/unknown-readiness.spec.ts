import type { Workload, WorkloadSummary } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, type TestCluster } from './fixtures/second-cluster.js';
import type { Page } from './fixtures/types.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const clusters = new WatchedClusters();
let platform: Platform;
let scene: Scene;
let berlin: TestCluster;

beforeAll(async () => {
  platform = await Platform.start({ overrides: clusters.overrides });
  clusters.watch(platform);
  scene = await Scene.make(platform);
  berlin = await clusters.register('berlin', 'eu');
  await scene.deployLive('one');
  await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 0 });
  await eventually(async () => expect(await placementsOf(scene)).toEqual({ berlin: 'active' }), patient);
  await says({ status: 'true', reason: 'AllReady' });
});
afterAll(() => platform.close());

const listed = async () => (await scene.owner.get<Page<Workload>>(`/v1/workloads?app=${scene.app.id}`)).items[0];
const says = (condition: object) =>
  eventually(async () => {
    await clusters.lookAnew(WORKLOADS, [scene.id]);
    expect((await scene.now()).conditions).toMatchObject([{ type: 'Ready', ...condition }]);
  }, patient);
const summary = () => scene.owner.get<WorkloadSummary>(`/v1/environments/${scene.environment.id}/summary`);
const row = async () => (await platform.query(`select w.* from workload w where id = $1`, [scene.id]))[0];
const silentSince = async () => {
  const sql = `select conditions->0->>'since' as since from cluster where id = $1`;
  return (await platform.query<{ since: string }>(sql, [berlin.id]))[0]?.since;
};

it('is unknown while the cluster cannot be asked, with what was seen last, and known again when it answers', async () => {
  const before = await row();
  await clusters.goes(berlin);
  const { conditions } = await scene.now();
  expect(conditions).toEqual([
    {
      ...{ type: 'Ready', status: 'unknown', reason: 'ClusterUnreachable', since: await silentSince() },
      message:
        'Its cluster (berlin) does not answer: nobody knows how it is. Seen last: v1 serves with all its instances',
    },
  ]);
  expect((await listed())?.conditions).toEqual(conditions);
  expect(await summary()).toMatchObject({ total: 1, unknown: 1, working: 0 });
  expect(await row()).toEqual(before);

  await clusters.returns(berlin);
  await says({ status: 'true', reason: 'AllReady' });
  expect(await summary()).toMatchObject({ total: 1, unknown: 0, working: 1 });
});

it('is known of what its cluster says elsewhere', async () => {
  await clusters.goes(berlin);
  const other = await Scene.make(platform);
  await other.deployLive('two');
  expect((await other.now()).conditions).toMatchObject([{ status: 'true' }]);
  await clusters.returns(berlin);
});
