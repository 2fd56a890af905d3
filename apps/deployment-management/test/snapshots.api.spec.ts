import { randomUUID } from 'node:crypto';
import type { Config, ConfigChange, EnvironmentRollback, Snapshot } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';
import type { App, Deployment, Page, Workload } from './fixtures/types.js';

jest.setTimeout(300_000);

describe('a snapshot of an environment', () => {
  let platform: Platform;
  let scene: Scene;
  let path: string;
  /** Another app in the same environment. */
  let api: Workload;
  beforeAll(async () => (platform = await Platform.start()));
  beforeEach(async () => {
    scene = await Scene.make(platform);
    path = `/v1/environments/${scene.environment.id}`;
    api = await newWorkload('api');
  });
  afterAll(() => platform.close());

  async function newWorkload(slug: string): Promise<Workload> {
    const app = await scene.owner.post<App>('/v1/apps', { projectId: scene.project.id, slug, source: gitSource });
    return scene.owner.post<Workload>('/v1/workloads', { appId: app.id, environmentId: scene.environment.id });
  }
  const deployLive = async ({ id }: Pick<Workload, 'id'>, name: string) => {
    const source = { kind: 'git' };
    const requested = await scene.owner.post<Deployment>(`/v1/workloads/${id}/deployments`, { source });
    await platform.builds.started(requested);
    await platform.builds.succeeded(requested, name);
    return scene.reaches(requested, 'live');
  };
  const live = ({ deploymentId }: { readonly deploymentId: string | null }) =>
    scene.reaches({ id: deploymentId ?? 'none' }, 'live');
  const change = (segment: 'config' | 'secrets', set: object) =>
    scene.owner.patch<ConfigChange>(`/v1/${segment}/${scene.id}`, { set });
  const take = (note: string | null = null) => scene.owner.post<Snapshot>(`${path}/snapshots`, { note });
  const rollBack = ({ id: snapshotId }: Snapshot, more: object = {}) =>
    scene.owner.post<EnvironmentRollback>(`${path}/rollbacks`, { snapshotId, ...more });
  const ended = async ({ id }: EnvironmentRollback): Promise<EnvironmentRollback> => {
    const read = () => scene.owner.get<EnvironmentRollback>(`${path}/rollbacks/${id}`);
    await eventually(async () => expect((await read()).status).not.toBe('running'), { within: 60_000 });
    return read();
  };
  const rollbacks = async () => (await scene.owner.get<Page<EnvironmentRollback>>(`${path}/rollbacks`)).items;
  const outcomes = ({ items }: EnvironmentRollback) =>
    Object.fromEntries(items.map(({ app, release, outcome }) => [app, `${outcome} v${release}`]));
  const digests = async () =>
    Object.fromEntries(
      await Promise.all(
        [scene.id, api.id].map(async (id) => {
          const told = platform.runtime.applied.filter((each) => each.workloadId === id).at(-1);
          return [id, told?.release.artifact.digest] as const;
        }),
      ),
    );
  const deployments = async () => {
    const pages = [scene.id, api.id].map((id) => scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${id}`));
    return (await Promise.all(pages)).flatMap(({ items }) => items).length;
  };

  it('says what is live there, and is found again, the newest first', async () => {
    await scene.deployLive('web-1');
    await scene.scale({ counts: { web: 3 } });
    const first = await take('before the sale');
    expect(first).toMatchObject({ environmentId: scene.environment.id, note: 'before the sale' });
    expect(first.workloads).toMatchObject([
      {
        workloadId: scene.id,
        app: 'web',
        release: 1,
        counts: { web: 3 },
        host: expect.stringMatching(/^web-production-/),
      },
      { workloadId: api.id, app: 'api', release: null, hash: null, configVersion: null },
    ]);
    const second = await take();
    const { items } = await scene.owner.get<Page<Snapshot>>(`${path}/snapshots?limit=1`);
    expect(items).toEqual([second]);
    expect(await scene.owner.get<Snapshot>(`/v1/snapshots/${first.id}`)).toEqual(first);
  });

  it('takes every app back, with its config, its secrets and its sizes, and leaves counts as they are', async () => {
    await change('config', { MODE: 'old' });
    await change('secrets', { TOKEN: 'first' });
    await scene.deployLive('web-1');
    await deployLive(api, 'api-1');
    const snapshot = await take();
    await live(await change('config', { MODE: 'new', EXTRA: '1' }));
    await live(await change('secrets', { TOKEN: 'second' }));
    await live(await scene.scale({ sizes: { web: { memoryMib: 512 } } }));
    await scene.scale({ counts: { web: 2 } });
    await scene.deployLive('web-2');
    await deployLive(api, 'api-2');

    const begun = await rollBack(snapshot);
    expect(begun.items.map(({ deploymentId }) => typeof deploymentId)).toEqual(['string', 'string']);
    const rollback = await ended(begun);
    expect({ status: rollback.status, ...outcomes(rollback) }).toEqual({
      ...{ status: 'succeeded', web: 'live v1', api: 'live v1' },
    });
    expect(await digests()).toEqual({ [scene.id]: digestOf('web-1'), [api.id]: digestOf('api-1') });
    expect((await scene.owner.get<Config>(`/v1/config/${scene.id}`)).variables).toEqual({ MODE: 'old' });
    expect(scene.desired?.environment).toEqual({ MODE: 'old', TOKEN: 'first' });
    expect(scene.desired?.processes).toMatchObject([{ memoryMib: 256, instances: 2 }]);
    expect((await scene.now()).counts).toEqual({ web: 2 });
    const audit = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'deployments:create' and target->>'id' = $1 order by sequence desc`,
      [scene.environment.id],
    );
    expect(audit[0]?.detail).toEqual({ snapshotId: snapshot.id, rollbackId: rollback.id });
  });

  it('deploys nothing where nothing has changed since, also after a rollback to it', async () => {
    await scene.deployLive('web-1');
    await deployLive(api, 'api-1');
    const snapshot = await take();
    await deployLive(api, 'api-2');
    expect(outcomes(await ended(await rollBack(snapshot)))).toEqual({ web: 'unchanged v1', api: 'live v1' });
    const before = await deployments();
    const again = await rollBack(snapshot);
    expect({ status: again.status, ...outcomes(again) }).toEqual({
      ...{ status: 'succeeded', web: 'unchanged v1', api: 'unchanged v1' },
    });
    expect(await deployments()).toBe(before);
  });

  it('goes back to nothing where nothing was, and leaves alone what came later', async () => {
    await scene.deployLive('web-1');
    const snapshot = await take();
    await deployLive(api, 'api-1');
    await newWorkload('later');
    const rollback = await ended(await rollBack(snapshot));
    expect(outcomes(rollback)).toEqual({ web: 'unchanged v1', api: 'untouched vnull', later: 'untouched vnull' });
    expect((await digests())[api.id]).toBe(digestOf('api-1'));
  });

  describe('of which an app was deleted since', () => {
    let snapshot: Snapshot;
    beforeEach(async () => {
      await scene.deployLive('web-1');
      await deployLive(api, 'api-1');
      snapshot = await take();
      await scene.deployLive('web-2');
      await scene.owner.send('DELETE', `/v1/workloads/${api.id}`);
    });

    it('takes none back, says which cannot go, and keeps nothing of the attempt', async () => {
      const count = async () =>
        (await scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${scene.id}`)).items.length;
      const before = await count();
      const body = { snapshotId: snapshot.id };
      expect(await scene.owner.refusal('POST', `${path}/rollbacks`, body)).toEqual({
        ...{ status: 422, code: 'snapshot_not_restorable', pointers: ['/snapshotId'] },
      });
      expect(await count()).toBe(before);
      expect((await scene.now()).currentRelease).toBe(2);
      const kept = await platform.query('select from environment_rollback where environment_id = $1', [
        scene.environment.id,
      ]);
      expect(kept).toEqual([]);
    });

    it('takes the others back where that was allowed, and says so', async () => {
      const rollback = await ended(await rollBack(snapshot, { partial: true }));
      expect({ status: rollback.status, ...outcomes(rollback) }).toEqual({
        ...{ status: 'partial', web: 'live v1', api: 'impossible v1' },
      });
      expect(rollback.items.find(({ app }) => app === 'api')?.message).toContain('deleted');
    });
  });

  it('needs the secrets of then: one that was revoked without another value keeps all apps where they are', async () => {
    await change('secrets', { TOKEN: 'first' });
    await scene.deployLive('web-1');
    await deployLive(api, 'api-1');
    const snapshot = await take();
    await live(await scene.owner.patch<ConfigChange>(`/v1/secrets/${scene.id}`, { unset: ['TOKEN'] }));
    await deployLive(api, 'api-2');
    await scene.owner.post(`/v1/secrets/${scene.id}/revocations`, { name: 'TOKEN', version: 1 });
    const body = { snapshotId: snapshot.id };
    expect(await scene.owner.refusal('POST', `${path}/rollbacks`, body)).toMatchObject({
      code: 'snapshot_not_restorable',
    });
    const rollback = await ended(await rollBack(snapshot, { partial: true }));
    expect(outcomes(rollback)).toEqual({ web: 'impossible v1', api: 'live v1' });
  });

  it('tells which app did not go live again, and why; the others do', async () => {
    await scene.deployLive('web-1');
    await deployLive(api, 'api-frail');
    const snapshot = await take();
    await scene.deployLive('web-2');
    await deployLive(api, 'api-2');
    scene.behave('api-frail', {
      kind: 'fails',
      trouble: { cause: 'crash_loop', message: 'It crashed.', evidence: [] },
    });
    const rollback = await ended(await rollBack(snapshot));
    expect({ status: rollback.status, ...outcomes(rollback) }).toEqual({
      ...{ status: 'partial', web: 'live v1', api: 'failed v1' },
    });
    expect(rollback.items.find(({ app }) => app === 'api')?.message).toContain('It crashed.');
    // The failure is told first, then the runtime is given back the release that served throughout.
    await eventually(async () =>
      expect(await digests()).toEqual({ [scene.id]: digestOf('web-1'), [api.id]: digestOf('api-2') }),
    );
  });

  it('is forgotten by whoever may deploy: its releases stay, and so do the reports of rollbacks to it', async () => {
    await scene.deployLive('web-1');
    const [kept, snapshot] = [await take(), await take()];
    await scene.deployLive('web-2');
    const [first, second] = [await ended(await rollBack(snapshot)), await ended(await rollBack(kept))];
    const one = `/v1/snapshots/${snapshot.id}`;
    expect(await (await scene.member('viewer')).refusal('DELETE', one)).toMatchObject({ status: 403 });
    await scene.owner.delete(one);
    for (const method of ['GET', 'DELETE'])
      expect(await scene.owner.refusal(method, one)).toMatchObject({ status: 404 });
    const body = { snapshotId: snapshot.id };
    expect(await scene.owner.refusal('POST', `${path}/rollbacks`, body)).toMatchObject({ code: 'snapshot_unknown' });
    expect((await scene.owner.get<Page<Snapshot>>(`${path}/snapshots`)).items).toEqual([kept]);
    expect(await rollbacks()).toEqual([second, first]);
    expect(first).toMatchObject({ snapshotId: snapshot.id, status: 'succeeded' });
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    const audit = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where detail->>'removed' = 'true' and target->>'id' = $1 order by sequence`,
      [scene.environment.id],
    );
    expect(audit).toEqual([{ detail: { snapshotId: snapshot.id, removed: true } }]);
  });

  it('has its rollbacks listed, page by page, each as it stands now, for nobody else', async () => {
    await scene.deployLive('web-1');
    const snapshot = await take();
    const made = [await rollBack(snapshot), await rollBack(snapshot), await rollBack(snapshot)].toReversed();
    expect(await rollbacks()).toEqual(made);
    const { items, next } = await scene.owner.get<Page<EnvironmentRollback>>(`${path}/rollbacks?limit=2`);
    const rest = await scene.owner.get<Page<EnvironmentRollback>>(`${path}/rollbacks?limit=2&cursor=${next}`);
    expect([...items, ...rest.items]).toEqual(made);
    expect(rest.next).toBeNull();
    const stranger = await Scene.make(platform);
    expect(await stranger.owner.refusal('GET', `${path}/rollbacks`)).toMatchObject({ status: 404 });
    const theirs = `/v1/environments/${stranger.environment.id}/rollbacks`;
    expect((await stranger.owner.get<Page<EnvironmentRollback>>(theirs)).items).toEqual([]);
  });

  it('may be gone back to twice at once: both end, and every app is back', async () => {
    await scene.deployLive('web-1');
    await deployLive(api, 'api-1');
    const snapshot = await take();
    await scene.deployLive('web-2');
    await deployLive(api, 'api-2');
    const begun = await Promise.all([rollBack(snapshot), rollBack(snapshot)]);
    for (const each of begun) await ended(each);
    expect(await digests()).toEqual({ [scene.id]: digestOf('web-1'), [api.id]: digestOf('api-1') });
  });

  it('meets deployments of the same apps without a deadlock', async () => {
    await scene.deployLive('web-1');
    await deployLive(api, 'api-1');
    const snapshot = await take();
    await scene.deployLive('web-2');
    await deployLive(api, 'api-2');
    const request = ({ id }: Pick<Workload, 'id'>) =>
      scene.owner.post<Deployment>(`/v1/workloads/${id}/deployments`, { source: { kind: 'release', number: 2 } });
    const begun = await Promise.all(
      Array.from({ length: 4 }, () => [rollBack(snapshot), request(api), request(scene)]).flat(),
    );
    expect(begun).toHaveLength(12);
    const [row] = await platform.query<{ deadlocks: number }>(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    expect(row?.deadlocks).toBe(0);
  });

  it('is of one environment, and of those who may see it', async () => {
    const snapshot = await take();
    const stranger = (await Scene.make(platform)).owner;
    const viewer = await scene.member('viewer');
    for (const [as, status] of [
      [stranger, 404],
      [viewer, 403],
    ] as const) {
      expect(await as.refusal('POST', `${path}/snapshots`, {})).toMatchObject({ status });
      expect(await as.refusal('POST', `${path}/rollbacks`, { snapshotId: snapshot.id })).toMatchObject({ status });
    }
    expect(await stranger.refusal('GET', `/v1/snapshots/${snapshot.id}`)).toMatchObject({ status: 404 });
    expect(await viewer.get<Snapshot>(`/v1/snapshots/${snapshot.id}`)).toEqual(snapshot);
    const other = await Scene.make(platform);
    const foreign = await other.owner.post<Snapshot>(`/v1/environments/${other.environment.id}/snapshots`, {});
    for (const snapshotId of [foreign.id, randomUUID()])
      expect(await scene.owner.refusal('POST', `${path}/rollbacks`, { snapshotId })).toEqual({
        ...{ status: 422, code: 'snapshot_unknown', pointers: ['/snapshotId'] },
      });
    const { id } = await rollBack(snapshot);
    const elsewhere = `/v1/environments/${other.environment.id}/rollbacks/${id}`;
    expect(await other.owner.refusal('GET', elsewhere)).toMatchObject({ status: 404 });
  });
});
