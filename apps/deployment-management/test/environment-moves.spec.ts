import type { Placement, SpaceDeletion, Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OWN_CLUSTER_ID } from '../src/clusters/own-cluster.js';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';
import { placementsOf, type TestCluster, Worlds } from './fixtures/second-cluster.js';
import type { App, Environment, Page } from './fixtures/types.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const worlds = new Worlds();
let platform: Platform;
let administrator: Client;
let scene: Scene;
let berlin: TestCluster;
let number = 0;

beforeAll(async () => {
  platform = await Platform.start({ overrides: worlds.overrides });
  administrator = platform.client(await platform.identity.token({ administrator: true, expiresIn: 3_600 }));
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  berlin = await worlds.register(platform, `berlin-${++number}`, `eu-${number}`);
});
afterAll(() => platform.close());

const path = () => `/v1/environments/${scene.environment.id}/move`;
const move = (cluster: string) => scene.owner.post<Environment>(path(), { cluster, drainSeconds: 0 });
const deletionsAt = async (clusterId: string): Promise<SpaceDeletion[]> =>
  (await administrator.get<Page<SpaceDeletion>>(`/v1/clusters/${clusterId}/deletions?limit=200`)).items.filter(
    ({ environmentId }) => environmentId === scene.environment.id,
  );
const spaces = async () =>
  (
    await platform.query<{ name: string }>(
      `select c.name from space s join cluster c on c.id = s.cluster_id where s.environment_id = $1 order by c.name`,
      [scene.environment.id],
    )
  ).map(({ name }) => name);
const secondWorkload = async (): Promise<Workload> => {
  const { projectId } = scene.app;
  const app = await scene.owner.post<App>('/v1/apps', { projectId, slug: 'second', source: gitSource });
  return scene.owner.post<Workload>('/v1/workloads', { appId: app.id, environmentId: scene.environment.id });
};

describe('an environment that moves', () => {
  it('takes all its workloads with it, new ones follow, and nothing of it is left where it was', async () => {
    await scene.deployLive('one');
    const second = await secondWorkload();
    expect(await move(berlin.name)).toMatchObject({ cluster: berlin.name });
    await eventually(async () => {
      expect(await placementsOf(scene)).toEqual({ [berlin.name]: 'active' });
      const { cluster } = await scene.owner.get<Workload>(`/v1/workloads/${second.id}`);
      expect(cluster).toBe(berlin.name);
      expect(await spaces()).toEqual([berlin.name]);
    }, patient);
    const { projectId } = scene.app;
    const app = await scene.owner.post<App>('/v1/apps', { projectId, slug: 'third', source: gitSource });
    const body = { appId: app.id, environmentId: scene.environment.id };
    expect(await scene.owner.post<Workload>('/v1/workloads', body)).toMatchObject({ cluster: berlin.name });
  });

  it('cannot come back before what it had there is gone, which says who holds it up', async () => {
    await scene.deployLive('one');
    platform.runtime.remains.set(scene.environment.id, { heldBy: 'example.com/hold' });
    await move(berlin.name);
    await eventually(async () => {
      expect(await deletionsAt(OWN_CLUSTER_ID)).toMatchObject([{ heldBy: 'example.com/hold', deletedAt: null }]);
    }, patient);
    expect(await scene.owner.refusal('POST', path(), { cluster: 'local' })).toEqual({
      ...{ status: 409, code: 'space_ending', pointers: ['/cluster'] },
    });
    expect(await scene.owner.get<Environment>(`/v1/environments/${scene.environment.id}`)).toMatchObject({
      cluster: berlin.name,
    });
    platform.runtime.remains.delete(scene.environment.id);
    await eventually(async () => {
      await platform.query(`update work_item set due_at = now() where queue = 'environments'`);
      expect(await spaces()).toEqual([berlin.name]);
    }, patient);
    expect(await move('local')).toMatchObject({ cluster: 'local' });
    await eventually(async () => expect(await placementsOf(scene)).toEqual({ local: 'active' }), patient);
  });

  it('keeps what a workload has on another cluster that it was moved to by itself', async () => {
    await scene.deployLive('one');
    await scene.owner.post<Page<Placement>>(`/v1/workloads/${scene.id}/move`, {
      cluster: berlin.name,
      drainSeconds: 0,
    });
    await eventually(async () => expect(await placementsOf(scene)).toEqual({ [berlin.name]: 'active' }), patient);
    await platform.query(`update work_item set due_at = now() where queue = 'environments'`);
    expect(await spaces()).toEqual([berlin.name, 'local']);
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect(await spaces()).toEqual(['local']), patient);
    await scene.owner.delete(`/v1/environments/${scene.environment.id}`);
    await eventually(async () => expect(await spaces()).toEqual([]), patient);
  });

  it('moves whole or not at all', async () => {
    await scene.deployLive('one');
    const second = await secondWorkload();
    await scene.scale({ autoscaling: { web: { min: 1, max: 2 } } });
    berlin.world.autoscales = false;
    expect(await scene.owner.refusal('POST', path(), { cluster: berlin.name })).toMatchObject({
      ...{ status: 422, code: 'cluster_does_not_fit', pointers: ['/cluster'] },
    });
    expect(await spaces()).toEqual(['local']);
    const { items } = await scene.owner.get<Page<Placement>>(`/v1/workloads/${second.id}/placements`);
    expect(items).toMatchObject([{ cluster: 'local', state: 'active' }]);
  });

  it('does so only for those who look after it', async () => {
    const developer = await scene.member('developer');
    expect(await developer.refusal('POST', path(), { cluster: berlin.name })).toMatchObject({ status: 403 });
  });
});

describe('an environment whose data has to stay in a region', () => {
  const body = (more: object) => ({ projectId: scene.app.projectId, slug: 'stays', kind: 'staging', ...more });
  const refusal = (more: object) => scene.owner.refusal('POST', '/v1/environments', body(more));

  it('is placed there without being told where', async () => {
    const made = await scene.owner.post<Environment>('/v1/environments', body({ regions: [`eu-${number}`] }));
    expect(made).toMatchObject({ cluster: berlin.name, regions: [`eu-${number}`] });
    expect(await scene.owner.get<Environment>(`/v1/environments/${made.id}`)).toEqual(made);
  });

  it('is refused where no cluster fits, none takes anything new, or another one is named', async () => {
    const noneFits = { status: 422, code: 'no_cluster_fits', pointers: ['/regions'] };
    expect(await refusal({ regions: ['moon'] })).toEqual(noneFits);
    expect(await refusal({ regions: [`eu-${number}`], cluster: 'local' })).toEqual({
      ...{ status: 422, code: 'cluster_out_of_region', pointers: ['/cluster'] },
    });
    await platform.query('update cluster set is_cordoned = true where id = $1', [berlin.id]);
    expect(await refusal({ regions: [`eu-${number}`] })).toEqual(noneFits);
  });

  it('takes no workload when its cluster is there no more', async () => {
    const { id } = await scene.owner.post<Environment>('/v1/environments', body({ regions: [`eu-${number}`] }));
    await platform.query(`update cluster set region = 'us' where id = $1`, [berlin.id]);
    const workload = { appId: scene.app.id, environmentId: id };
    expect(await scene.owner.refusal('POST', '/v1/workloads', workload)).toEqual({
      ...{ status: 422, code: 'cluster_out_of_region', pointers: ['/environmentId'] },
    });
  });
});
