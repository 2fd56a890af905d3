import type { App, ConfigChange, Environment, LinkList, Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';
import { Worlds } from './fixtures/second-cluster.js';

let platform: Platform;
let scene: Scene;
let billing: Workload;
const worlds = new Worlds();
beforeAll(async () => (platform = await Platform.start({ overrides: worlds.overrides })));
beforeEach(async () => {
  scene = await Scene.make(platform);
  billing = await neighbour('billing');
});
afterAll(() => platform.close());

/** Another app in the environment of the scene, or in another one. */
async function neighbour(slug: string, environmentId = scene.environment.id): Promise<Workload> {
  const source = gitSource;
  const { id: appId } = await scene.owner.post<App>('/v1/apps', { projectId: scene.project.id, slug, source });
  return scene.owner.post<Workload>('/v1/workloads', { appId, environmentId });
}
const pathOf = (id: string) => `/v1/links/${id}`;
const change = (body: object, id = scene.id) => scene.owner.patch<ConfigChange>(pathOf(id), body);
const refusal = (body: object, id = scene.id) => scene.owner.refusal('PATCH', pathOf(id), body);
const list = (id = scene.id) => scene.owner.get<LinkList>(pathOf(id));
const linked = async (body: object) => {
  const { deploymentId } = await change(body);
  return scene.reaches({ id: deploymentId as string }, 'live');
};
const remove = (id: string, query = '') => scene.owner.send('DELETE', `/v1/workloads/${id}${query}`);
const opened = () => scene.desired?.links?.map(({ name, isFormer }) => (isFormer ? `${name} (former)` : name));
const variables = ['BILLING_URL', 'BILLING_HOST', 'BILLING_PORT'];

describe('a link', () => {
  it('is part of the config before anything is live, and of the first release', async () => {
    expect(await change({ add: ['billing'] })).toEqual({ version: 1, deploymentId: null });
    expect(await list()).toEqual({
      ...{ workloadId: scene.id, version: 1, usedBy: [] },
      items: [{ app: 'billing', workloadId: billing.id, variables }],
    });
    expect((await list(billing.id)).usedBy).toEqual([{ app: 'web', workloadId: scene.id }]);
    await scene.deployLive('link-first');
    expect(scene.desired?.links).toEqual([
      { workloadId: billing.id, name: 'billing', host: expect.stringMatching(/^billing-production-/) },
    ]);
  });

  it('makes a release, taking it away makes another, and a rollback brings it back', async () => {
    await scene.deployLive('link-release');
    await linked({ add: ['billing'] });
    await scene.comesToRest();
    expect(opened()).toEqual(['billing']);
    await linked({ remove: ['billing'] });
    await scene.comesToRest();
    expect(scene.desired).not.toHaveProperty('links');
    const releases = await scene.releases();
    expect(releases.map(({ reason }) => reason)).toEqual(['config', 'config', 'deploy']);
    expect(new Set(releases.map(({ hash }) => hash)).size).toBe(2);
    await scene.reaches(await scene.request({ kind: 'release', number: 2 }), 'live');
    expect(opened()).toEqual(['billing']);
    expect((await list()).items).toHaveLength(1);
  });

  it('stays open for the release before until the next one is live', async () => {
    await scene.deployLive('link-former');
    await linked({ add: ['billing'] });
    await linked({ remove: ['billing'] });
    await scene.comesToRest();
    const told = scene.toldStates
      .filter(({ release }) => release.number === 3)
      .map(({ links = [], onTrial }) => [onTrial ?? false, links.map(({ isFormer }) => isFormer ?? false)]);
    expect(told.length).toBeGreaterThan(1);
    expect(told.every(([onTrial, links]) => JSON.stringify(links) === (onTrial ? '[true]' : '[]'))).toBe(true);
  });

  it('goes with a failed release, and what was live keeps its own', async () => {
    await scene.deployLive('link-fails');
    await linked({ add: ['billing'] });
    await neighbour('orders');
    scene.behave('link-fails', { kind: 'fails', trouble: { cause: 'crash_loop', message: 'no', evidence: [] } });
    const { deploymentId } = await change({ add: ['orders'], remove: ['billing'] });
    await scene.reaches({ id: deploymentId as string }, 'failed');
    await eventually(() => expect([scene.desired?.release.number, opened()]).toEqual([2, ['billing']]));
  });

  it('that is there already changes nothing, and one of each other is no matter', async () => {
    expect(await change({ add: ['billing', 'billing'] })).toMatchObject({ version: 1 });
    expect(await change({ add: ['billing'] })).toEqual({ version: 1, deploymentId: null });
    expect(await change({ add: ['web'] }, billing.id)).toMatchObject({ version: 1 });
    expect(await list()).toMatchObject({ items: [{ app: 'billing' }], usedBy: [{ app: 'billing' }] });
  });

  it('of two to each other at the same time ends well', async () => {
    for (const app of ['peer1', 'peer2', 'peer3', 'peer4', 'peer5']) {
      const { id } = await neighbour(app);
      const both = await Promise.all([change({ add: [app] }), change({ add: ['web'] }, id)]);
      expect(both.map(({ version }) => version > 0)).toEqual([true, true]);
    }
  });

  it('is no variable and no secret, and changes of those leave it alone', async () => {
    await change({ add: ['billing'] });
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { BILLING_URL: 'http://mine.example' } });
    await scene.owner.patch(`/v1/secrets/${scene.id}`, { set: { TOKEN: 'value' } });
    expect(await scene.owner.get(`/v1/config/${scene.id}`)).toMatchObject({
      ...{ version: 3, variables: { BILLING_URL: 'http://mine.example' } },
    });
    expect((await list()).items).toHaveLength(1);
    await scene.deployLive('link-apart');
    expect(scene.desired).toMatchObject({ links: [{ name: 'billing' }] });
    expect(Object.keys(scene.desired?.environment ?? {}).sort()).toEqual(['BILLING_URL', 'TOKEN']);
  });

  it('is written down', async () => {
    await change({ add: ['billing'] });
    const [entry] = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'links:update' and target->>'id' = $1 order by sequence`,
      [scene.id],
    );
    expect(entry?.detail).toEqual({
      ...{ version: 1, names: ['link/billing'], removed: [] },
      before: { version: 0, names: [], links: [] },
      after: { version: 1, names: ['link/billing'], links: ['billing'] },
    });
  });
});

describe('a link is refused', () => {
  const unknown = { status: 422, code: 'link_target_unknown', pointers: ['/add/1'] };

  it('to itself, and to what is not linked when it is removed', async () => {
    expect(await refusal({ add: ['web'] })).toEqual({ status: 422, code: 'link_to_itself', pointers: ['/add/0'] });
    await change({ add: ['billing'] });
    expect(await refusal({ remove: ['billing', 'orders'] })).toEqual({
      ...{ status: 422, code: 'link_unknown', pointers: ['/remove/1'] },
    });
    expect((await list()).items).toHaveLength(1);
  });

  it('in the same words whether the app is in another environment, of another organization, or nowhere', async () => {
    const staging = { projectId: scene.project.id, slug: 'staging', kind: 'staging' };
    const { id } = await scene.owner.post<Environment>('/v1/environments', staging);
    await neighbour('elsewhere', id);
    const stranger = await Scene.make(platform);
    await stranger.owner.post<App>('/v1/apps', { projectId: stranger.project.id, slug: 'foreign', source: gitSource });
    for (const app of ['elsewhere', 'foreign', 'nowhere'])
      expect(await refusal({ add: ['billing', app] })).toEqual(unknown);
    expect((await list()).items).toEqual([]);
  });

  it('to what is deleted', async () => {
    expect((await remove(billing.id)).status).toBe(202);
    expect(await refusal({ add: ['billing'] })).toMatchObject({ status: 422, code: 'link_target_unknown' });
  });

  it('by a body that says nothing, too much, or both of an app', async () => {
    const many = Array.from({ length: 51 }, (_, index) => `app${index}`);
    for (const body of [{}, { add: [], remove: [] }, { add: ['billing'], remove: ['billing'] }, { add: many }])
      expect(await refusal(body)).toMatchObject({ status: 422 });
    expect(await refusal({ add: ['Not A Slug'] })).toMatchObject({ status: 422, pointers: ['/add/0'] });
  });

  it('for whoever may only look', async () => {
    const viewer = await scene.member('viewer');
    expect(await viewer.refusal('PATCH', pathOf(scene.id), { add: ['billing'] })).toMatchObject({ status: 403 });
    expect(await viewer.get(pathOf(scene.id))).toMatchObject({ items: [] });
  });
});

describe('an app that others use', () => {
  it('is not deleted before they let go of it, and they are named', async () => {
    await scene.deployLive('used');
    await linked({ add: ['billing'] });
    const refused = await remove(billing.id);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'workload_linked', detail: expect.stringContaining('used by web') });
    const { deploymentId } = await change({ remove: ['billing'] });
    await scene.reaches({ id: deploymentId as string }, 'live');
    expect((await remove(billing.id)).status).toBe(202);
  });

  it('is deleted all the same by who says that it is no matter; a rollback then does without it, and says so', async () => {
    await scene.deployLive('used-anyway');
    await linked({ add: ['billing'] });
    await linked({ remove: ['billing'] });
    await linked({ add: ['billing'] });
    await scene.comesToRest();
    const { links, restartToken } = scene.desired ?? {};
    expect((await remove(billing.id, '?evenIfUsed=true')).status).toBe(202);
    await scene.owner.post(`/v1/workloads/${scene.id}/restart`);
    await eventually(() => expect(scene.desired?.restartToken).not.toBe(restartToken));
    // Instances of one release are all told the same.
    expect(scene.desired?.links).toEqual(links);
    const rollback = await scene.request({ kind: 'release', number: 2 });
    expect(rollback.notes).toEqual([expect.stringContaining('billing')]);
    await scene.reaches(rollback, 'live');
    await scene.comesToRest();
    expect(scene.desired).not.toHaveProperty('links');
    expect((await list()).items).toEqual([]);
  });
});

describe('linked apps on several clusters', () => {
  it('stay together: one of them does not move, and none is linked across', async () => {
    const second = await worlds.register(platform, 'berlin');
    await change({ add: ['billing'] });
    for (const id of [scene.id, billing.id]) {
      const refused = await scene.owner.refusal('POST', `/v1/workloads/${id}/move`, { cluster: second.name });
      expect(refused).toEqual({ status: 422, code: 'cluster_does_not_fit', pointers: ['/cluster'] });
    }
    const orders = await neighbour('orders');
    await scene.owner.post(`/v1/workloads/${orders.id}/move`, { cluster: second.name });
    expect(await refusal({ add: ['orders'] })).toEqual({
      ...{ status: 422, code: 'link_across_clusters', pointers: ['/add/0'] },
    });
  });

  it('stay apart once one has left: a rollback does without the link, and says so', async () => {
    const second = await worlds.register(platform, 'paris');
    await scene.deployLive('link-left');
    await linked({ add: ['billing'] });
    await linked({ remove: ['billing'] });
    await scene.comesToRest();
    await scene.owner.post(`/v1/workloads/${billing.id}/move`, { cluster: second.name });
    const rollback = await scene.request({ kind: 'release', number: 2 });
    expect(rollback.notes).toEqual([expect.stringContaining('billing')]);
    await scene.reaches(rollback, 'live');
    await scene.comesToRest();
    expect(scene.desired).not.toHaveProperty('links');
    expect((await list()).items).toEqual([]);
  });
});
