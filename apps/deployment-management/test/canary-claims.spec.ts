import type { DryRun } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeploymentsRepository } from '../src/deployments/deployments.repository.js';
import { allocation, canary, DAY, hasWeight, releaseBy, sharing } from './fixtures/canary-scene.js';
import { Platform } from './fixtures/platform.js';
import { Registry } from './fixtures/registry.js';
import { Scene } from './fixtures/scene.js';
import type { Environment, Workload } from './fixtures/types.js';

/** Milliseconds, for what comes to be by many steps. */
const patient = { within: 120_000 };
const environment = { PRIVATE_REGISTRIES: 'true', REGISTRY_PATIENCE_SECONDS: '3600' };

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start({ environment })));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

describe('the quota of a canary', () => {
  const allow = (instances: number) =>
    platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: 250 * instances } });
  const scale = (web: number) => scene.owner.send('POST', `/v1/workloads/${scene.id}/scale`, { counts: { web } });
  const held = async () => {
    const rows = await platform.query<{ cpu: number }>(
      `select (canary->'extra'->>'cpuMillicores')::int as cpu from deployment where workload_id = $1 and ended_at is null`,
      [scene.id],
    );
    return (rows[0]?.cpu ?? 0) / 250;
  };
  /** Another workload of the organization asks for one instance. */
  async function neighbour() {
    const projectId = scene.project.id;
    const body = { projectId, slug: 'other', kind: 'staging' };
    const { id: environmentId } = await scene.owner.post<Environment>('/v1/environments', body);
    const { id } = await scene.owner.post<Workload>('/v1/workloads', { appId: scene.app.id, environmentId });
    const source = { kind: 'promote', workloadId: scene.id, number: 1 };
    return scene.owner.post<{ id: string }>(`/v1/workloads/${id}/deployments`, { source });
  }

  it('is what its share has when it is scaled: more is refused when there is no room for both', async () => {
    await scene.scale({ counts: { web: 2 } });
    await sharing(scene, canary([[50, DAY]]));
    await allow(6);
    expect(await scale(5)).toMatchObject({ status: 409, body: { code: 'quota_exceeded' } });
    expect(await held()).toBe(1);
    expect(await scale(4)).toMatchObject({ status: 200 });
    await scene.eventuallyRuns({ 'v1 web': 4, 'v2 web': 2 });
  });

  it('is counted for the others, too, as it is after scaling, and shrinks with it', async () => {
    await scene.scale({ counts: { web: 2 } });
    const shared = await sharing(scene, canary([[50, DAY]]));
    await allow(6);
    await scale(4);
    await scene.eventuallyRuns({ 'v1 web': 4, 'v2 web': 2 });
    expect(await held()).toBe(2);
    const refused = await scene.reaches(await neighbour(), 'failed');
    expect(refused.failure?.cause).toBe('quota_exceeded');
    expect(refused.failure?.message).toContain('its other workloads have 1500');
    await scale(2);
    expect(await held()).toBe(1);
    await scene.eventuallyRuns({ 'v1 web': 2, 'v2 web': 1 });
    expect((await scene.deployment(shared.id)).status).toBe('shifting');
  });

  it('is not undone by a step that began before it was scaled', async () => {
    await scene.scale({ counts: { web: 2 } });
    const shared = await sharing(scene, canary([[50, DAY]]));
    const deployments = platform.service.app.get(DeploymentsRepository);
    const before = await deployments.find(platform.service.database, shared.id);
    await scale(4);
    await platform.service.database.transaction((tx) => deployments.setCanary(tx, shared.id, before!.canary!));
    expect(await held()).toBe(2);
  });
});

describe('the usage of a canary', () => {
  const processes = ['web', 'worker'].map((name) => ({ name, command: `node ${name}.js` }));

  it('that fails while it takes over is that of web, which served: its workers never did', async () => {
    await scene.deployLive('one', { processes });
    await scene.scale({ counts: { web: 2, worker: 1 } });
    await scene.eventuallyRuns({ 'v1 web': 2, 'v1 worker': 1 });
    await releaseBy(scene, canary([[10, 1]]));
    scene.behave('two', { kind: 'keeps-old' });
    const moving = await scene.deploy('two', { processes });
    await scene.eventuallyRuns({ 'v1 web': 2, 'v1 worker': 1, 'v2 web': 2, 'v2 worker': 1 });
    await eventually(async () =>
      expect(await allocation(platform, scene)).toEqual(['v1 web x2', 'v2 web x2', 'v1 worker x1']),
    );
    await platform.overrun(moving.id);
    await scene.reaches(moving, 'failed');
    await eventually(async () => expect(await allocation(platform, scene)).toEqual(['v1 web x2', 'v1 worker x1']));
    const told = JSON.stringify(await platform.events(scene.id));
    expect(told).not.toMatch(/"release":2,"processType":"worker"|"processType":"worker","release":2/);
    scene.behave('two', { kind: 'honest' });
  });
});

describe('a newer deployment', () => {
  let registry: Registry;
  beforeEach(async () => (registry = await Registry.start()));
  afterEach(() => registry.close());
  const deploy = (tag: string) => scene.request({ kind: 'image', image: `${registry.host}/team/shop:${tag}` });
  /** A step of it is over, whatever the clock says, until it is live. */
  const stepsEnd = (id: string) =>
    eventually(async () => {
      const longAgo = JSON.stringify(new Date(Date.now() - 2_000 * DAY));
      await platform.query(
        `update deployment set canary = jsonb_set(canary, '{since}', $2) where id = $1 and canary->>'since' is not null`,
        [id, longAgo],
      );
      expect((await scene.deployment(id)).status).toBe('live');
    }, patient);

  it('that cannot go takes nobody’s place', async () => {
    const shared = await sharing(scene);
    const next = await scene.reaches(await deploy('none'), 'failed');
    expect(next.failure?.cause).toBe('image_not_found');
    expect((await scene.deployment(shared.id)).status).toBe('shifting');
    expect(await scene.runs()).toEqual({ 'v1 web': 1, 'v2 web': 1 });
  });

  it('that waits for a registry lets the canary go on, which goes live meanwhile', async () => {
    registry.push('team/shop', '1', 'three');
    for (let index = 0; index < 1_000; index++) registry.troubles.push({ status: 503 });
    await scene.deployLive('one');
    await releaseBy(scene, canary([[10, DAY]]));
    const moving = await hasWeight(scene, await scene.deploy('two'));
    const next = await deploy('1');
    await stepsEnd(moving.id);
    expect((await scene.deployment(next.id)).status).toBe('queued');
    registry.troubles.length = 0;
    await stepsEnd(next.id);
  });
});

describe('a dry run', () => {
  const steps: [number, number][] = [
    [10, 60],
    [50, 120],
  ];
  const plan = async (source: object) => {
    const path = `/v1/workloads/${scene.id}/deployments?dryRun=true`;
    return (await scene.owner.post<DryRun>(path, { source })).canary;
  };

  it('says what a canary does before it takes over: its steps, what runs beside what is live, what the quota holds', async () => {
    await scene.scale({ counts: { web: 4 } });
    await scene.deployLive('one');
    await releaseBy(scene, canary(steps));
    const { quota, allocation: beside, ...more } = (await plan({ kind: 'git' }))!;
    expect(more).toEqual({ steps: canary(steps).steps, waitSeconds: null, holdSeconds: 180 });
    expect(beside).toMatchObject([
      { release: 2, processType: 'web', instances: 2, cpuMillicores: 250, memoryMib: 256 },
    ]);
    expect(quota).toEqual({ cpuMillicores: 500, memoryMib: 512 });
    const moving = await hasWeight(scene, await scene.deploy('two'));
    const [held] = await platform.query<{ extra: object }>(
      `select canary->'extra' as extra from deployment where id = $1`,
      [moving.id],
    );
    expect(held?.extra).toEqual(quota);
  });

  it('says nothing of one where the release would take over at once', async () => {
    await scene.deployLive('one');
    expect(await plan({ kind: 'git' })).toBeNull();
    await releaseBy(scene, canary(steps));
    expect(await plan({ kind: 'release', number: 1 })).toBeNull();
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    expect(await plan({ kind: 'git' })).toBeNull();
  });
});

describe('a replica that goes away in the middle of a step', () => {
  it('leaves all that is known of it to the next one', async () => {
    const own = await Platform.start({ environment: { ROLE: 'api' } });
    const first = await own.replica({ ROLE: 'worker' });
    const there = await Scene.make(own);
    const shared = await sharing(there, canary([[10, DAY]], { maxErrorPercent: 10, minRequests: 20 }));
    own.runtime.answer(there.id, 2, 12, 4);
    const counted = { canary: { requests: 12, errors: 4 } };
    await eventually(async () => expect((await there.deployment(shared.id)).canary?.counts).toMatchObject([counted]));
    await first.close();
    own.runtime.answer(there.id, 2, 12, 0);
    const alone = await there.deployment(shared.id);
    const second = await own.replica({ ROLE: 'worker' });
    const failed = await there.reaches(shared, 'failed');
    // Nobody else could have gone on with it.
    expect(alone).toMatchObject({ status: 'shifting', canary: { since: shared.canary?.since, counts: [counted] } });
    expect(failed.canary?.counts).toMatchObject([{ canary: { requests: 24, errors: 4 } }]);
    expect(failed.failure?.message).toBe('16.7 % of the answers of v2 were errors, more than 10 %.');
    const begun = failed.timeline.filter(({ message }) => message === 'v2 gets 10 % of the requests');
    expect(begun).toHaveLength(1);
    await second.close();
    await own.close();
  });
});

it('a canary that lost its weight begins its step anew when it has it again', async () => {
  const shared = await sharing(scene);
  scene.behave('two', { kind: 'hangs' });
  await eventually(async () => expect((await scene.deployment(shared.id)).canary?.since).toBeNull());
  scene.behave('two', { kind: 'honest' });
  const again = await hasWeight(scene, shared);
  const said = again.timeline.map(({ message }) => message).filter((message) => message.startsWith('v2 gets'));
  expect(said).toEqual([
    'v2 gets 10 % of the requests',
    'v2 gets 0 % of the requests instead of 10 %; its step begins anew',
    'v2 gets 10 % of the requests',
  ]);
});
