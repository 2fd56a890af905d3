import { randomUUID } from 'node:crypto';
import type { Page } from '@berth/contracts/common';
import type { App, ConfigChange, DryRun, Environment } from '@berth/contracts/deployment';
import { deploymentRequested } from '@berth/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment, Release, Workload } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const path = () => `/v1/workloads/${scene.id}/deployments`;
const refused = (source: object) => scene.owner.refusal('POST', path(), { source });

describe('a deployment', () => {
  it('is accepted with a place to watch it, and tells the build service what to build', async () => {
    const answer = await scene.owner.send<Deployment>('POST', path(), { source: { kind: 'git', ref: 'v1.2' } });
    expect(answer.status).toBe(202);
    const { body } = answer;
    expect(answer.headers.get('location')).toBe(`/v1/deployments/${body.id}`);
    expect(body).toMatchObject({ number: 1, status: 'queued', source: { kind: 'git', ref: 'v1.2' }, endedAt: null });
    expect(body.url).toBe(scene.workload.url);
    expect(body.timeline).toMatchObject([{ sequence: 1, from: null, to: 'queued', actor: scene.ownerId }]);
    const [event] = await platform.events(body.id);
    expect(event).toMatchObject({ type: deploymentRequested.type, partitionkey: scene.id });
    expect(event?.data).toMatchObject({
      build: {
        buildId: body.buildId,
        source: { kind: 'git', url: 'https://git.example/shop.git', ref: 'v1.2' },
        deadlineSeconds: 1_800,
      },
    });
    expect((await scene.now()).activeDeploymentId).toBe(body.id);
  });

  it('takes the tracked ref, else the branch of the app', async () => {
    expect((await scene.request()).source).toEqual({ kind: 'git', ref: 'main' });
    await scene.owner.patch(`/v1/workloads/${scene.id}`, { trackedRef: 'stable' }, { 'if-match': '*' });
    expect((await scene.request()).source).toEqual({ kind: 'git', ref: 'stable' });
  });

  it('of an upload names it, and an app without a repository takes nothing else', async () => {
    const uploadId = randomUUID();
    expect((await scene.request({ kind: 'upload', uploadId })).buildId).not.toBeNull();
    await scene.owner.patch<App>(`/v1/apps/${scene.app.id}`, { source: { kind: 'upload' } }, { 'if-match': '*' });
    expect(await refused({ kind: 'git' })).toEqual({ status: 422, code: 'source_missing', pointers: ['/source/kind'] });
  });

  it('refuses sources that there are not, and stores nothing', async () => {
    const live = await scene.deployLive('here');
    const staging = await environment('staging');
    const elsewhere = await workloadIn(staging, await app('other'));
    scene.behave('never-live', { kind: 'hangs' });
    await scene.deploy('never-live').then((each) => cancelSoon(each));
    const bad: [object, number, string, string | undefined][] = [
      [{ kind: 'image', image: 'nginx:' }, 422, 'validation_failed', '/source/image'],
      [{ kind: 'release', number: 9 }, 422, 'release_not_found', '/source/number'],
      [{ kind: 'promote', workloadId: scene.id, number: 9 }, 422, 'release_not_found', '/source/number'],
      [{ kind: 'promote', workloadId: elsewhere.id, number: 1 }, 422, 'promotion_of_other_app', '/source/workloadId'],
      [{ kind: 'promote', workloadId: randomUUID(), number: 1 }, 404, 'not_found', undefined],
      [{ kind: 'git', ref: '--upload-pack=x' }, 422, 'validation_failed', '/source/ref'],
      [{ kind: 'git', ref: 'a..b' }, 422, 'validation_failed', '/source/ref'],
      [{ kind: 'git', url: 'ext::sh' }, 422, 'validation_failed', '/source'],
      [{ kind: 'config' }, 422, 'validation_failed', '/source/kind'],
    ];
    const before = await listed();
    for (const [source, status, code, pointer] of bad) {
      const refusal = await refused(source);
      expect({ source, ...refusal }).toEqual({ source, status, code, pointers: pointer && [pointer] });
    }
    expect(await listed()).toEqual(before);
    expect((await scene.now()).currentRelease).toBe(live.release);
  });

  it('promotes nothing of another tenant, and cannot tell whether it is there', async () => {
    const foreign = await Scene.make(platform);
    await foreign.deployLive('theirs');
    const asked = async (workloadId: string) => {
      const answer = await scene.owner.send('POST', path(), { source: { kind: 'promote', workloadId, number: 1 } });
      return { status: answer.status, code: answer.body.code, detail: answer.body.detail };
    };
    expect(await asked(foreign.id)).toEqual(await asked(randomUUID()));
  });

  it('is started once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const send = () => scene.owner.send<Deployment>('POST', path(), { source: { kind: 'git' } }, key);
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await listed()).toHaveLength(1);
  });

  it('is listed newest first, a page at a time', async () => {
    for (let index = 0; index < 5; index++) await scene.request();
    const numbers: number[] = [];
    let cursor = '';
    do {
      const page = await scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${scene.id}&limit=2${cursor}`);
      numbers.push(...page.items.map((each) => each.number));
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(numbers).toEqual([5, 4, 3, 2, 1]);
    const id = Buffer.from(JSON.stringify(randomUUID())).toString('base64url');
    for (const list of ['deployments', 'releases'])
      expect(await scene.owner.refusal('GET', `/v1/${list}?workload=${scene.id}&cursor=${id}`)).toMatchObject({
        status: 422,
        pointers: ['?cursor'],
      });
  });

  it('that has ended cannot be cancelled', async () => {
    const live = await scene.deployLive('ended');
    expect(await scene.owner.refusal('POST', `/v1/deployments/${live.id}/cancel`)).toMatchObject({
      status: 409,
      code: 'deployment_ended',
    });
    expect((await scene.deployment(live.id)).status).toBe('live');
  });

  it('says what it did in each phase and how long it took', async () => {
    const live = await scene.deployLive('timed', { commit: 'abc123', reused: true });
    expect(live).toMatchObject({ commit: 'abc123', artifactReused: true, release: 1, failure: null, outcome: null });
    expect(live.timeline.map((each) => each.to)).toEqual([
      'queued',
      'building',
      'preparing',
      'rolling',
      'verifying',
      'live',
    ]);
    expect(Object.keys(live.durations)).toEqual(['queued', 'building', 'preparing', 'rolling', 'verifying']);
    const total = Object.values(live.durations).reduce((sum, each) => sum + each, 0);
    expect(total).toBe(Date.parse(live.endedAt!) - Date.parse(live.createdAt));
    const types = await platform.eventTypes(live.id);
    expect(types).toEqual([
      'deployment.requested',
      ...Array.from({ length: 4 }, () => 'deployment.phase-changed'),
      'deployment.succeeded',
    ]);
  });

  const listed = async () =>
    (await scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${scene.id}`)).items.map((each) => each.id);
  const cancelSoon = (deployment: Deployment) => scene.owner.send('POST', `/v1/deployments/${deployment.id}/cancel`);
});

const environment = (slug: string) =>
  scene.owner.post<Environment>('/v1/environments', { projectId: scene.project.id, slug, kind: 'staging' });
const app = (slug: string) =>
  scene.owner.post<App>('/v1/apps', { projectId: scene.project.id, slug, source: { kind: 'upload' } });
const workloadIn = (where: Environment, what: App = scene.app) =>
  scene.owner.post<Workload>('/v1/workloads', { appId: what.id, environmentId: where.id });

describe('a release', () => {
  it('is answered with everything that it is made of', async () => {
    await scene.deployLive('whole', { commit: 'abc' });
    const [release] = await scene.releases();
    expect(release).toMatchObject({
      number: 1,
      artifact: { kind: 'slug', digest: digestOf('whole') },
      commit: 'abc',
      processes: [{ name: 'web', command: 'node server.js', cpuMillicores: 250, memoryMib: 256 }],
      reason: 'deploy',
      wasLive: true,
      createdBy: scene.ownerId,
    });
    expect(await scene.owner.get<Release>(`/v1/releases/${release!.id}`)).toEqual(release);
    const [event] = await platform.events(release!.id);
    expect(event?.data).toMatchObject({ number: 1, hash: release!.hash, artifactDigest: digestOf('whole') });
  });
});

describe('a dry run', () => {
  const dryRun = (source: object) => scene.owner.send<DryRun>('POST', `${path()}?dryRun=true`, { source });

  it('before a build knows that the artifact changes, and no more', async () => {
    await scene.deployLive('one');
    const answer = await dryRun({ kind: 'git' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      releaseHash: null,
      changes: [{ path: '/artifact', before: digestOf('one'), after: null }],
    });
    expect(answer.body.allocation.after).toEqual(answer.body.allocation.before);
  });

  it('of a rollback says what changes and the hash that the release will have', async () => {
    await scene.deployLive('one');
    const sized = await scene.scale({ sizes: { web: { memoryMib: 512 } }, counts: { web: 2 } });
    await scene.reaches({ id: sized.deploymentId! }, 'live');
    const { deploymentId } = await scene.owner.patch<ConfigChange>(`/v1/config/${scene.id}`, { set: { A: 'b' } });
    await scene.reaches({ id: deploymentId! }, 'live');
    const [, , first] = await scene.releases();
    const { body } = await dryRun({ kind: 'release', number: 1 });
    expect(body.releaseHash).toBe(first!.hash);
    expect(body.changes).toEqual([
      { path: '/configVersion', before: 1, after: 0 },
      { path: '/processes/web/memoryMib', before: 512, after: 256 },
    ]);
    expect(body.allocation).toMatchObject({
      before: [{ release: 3, instances: 2, memoryMib: 512 }],
      after: [{ release: 4, instances: 2, memoryMib: 256 }],
    });
  });

  it('of a stopped workload sees that it would run again', async () => {
    await scene.deployLive('one');
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    const { body } = await dryRun({ kind: 'release', number: 1 });
    expect(body.allocation).toMatchObject({ before: [], after: [{ instances: 1 }] });
  });

  it('stores and tells nothing', async () => {
    await scene.deployLive('one');
    await scene.comesToRest();
    const state = async () => JSON.stringify([await scene.now(), await platform.eventTypes(scene.id)]);
    const before = await state();
    await dryRun({ kind: 'release', number: 1 });
    expect((await scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${scene.id}`)).items).toHaveLength(1);
    expect(await state()).toBe(before);
  });

  it('refuses what the deployment would refuse', async () => {
    expect((await dryRun({ kind: 'release', number: 1 })).status).toBe(422);
  });
});
