import type { Placement } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
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
});
