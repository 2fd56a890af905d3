import type { DryRun } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { INDEX, Registry } from './fixtures/registry.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment } from './fixtures/types.js';

const login = { username: 'robot', password: 'open sesame' };
const environment = { PRIVATE_REGISTRIES: 'true', REGISTRY_PATIENCE_SECONDS: '3600' };

let platform: Platform;
let registry: Registry;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start({ environment });
});
afterAll(() => platform.close());
beforeEach(async () => {
  registry = await Registry.start();
  scene = await Scene.make(platform);
});
afterEach(() => registry.close());

const image = (tag = ':1') => `${registry.host}/team/shop${tag}`;
const deploy = (tag?: string) => scene.request({ kind: 'image', image: image(tag) });
const live = async (tag?: string) => scene.reaches(await deploy(tag), 'live');
const failed = async (tag?: string) => (await scene.reaches(await deploy(tag), 'failed')).failure;
const saidIn = ({ timeline }: Deployment) => timeline.map(({ to, message }) => `${to}: ${message}`);
const running = () => scene.desired?.release.artifact;
const tokenOf = (path: string) =>
  scene.owner.post('/v1/pull-credentials', {
    ...{ organizationId: scene.organizationId, registry: path },
    ...login,
  });

describe('an image that is named by its tag', () => {
  it('is the one that the tag means when it is deployed, and the release has both', async () => {
    const digest = registry.push('team/shop', '1', 'first', INDEX);
    const done = await live();
    expect(done).toMatchObject({ source: { kind: 'image', image: image() }, release: 1 });
    expect(saidIn(done)).toContain(`queued: ${image()} is ${digest} now`);
    const artifact = { kind: 'image', digest, sizeBytes: 0, repository: image(''), tag: '1' };
    expect((await scene.releases())[0]).toMatchObject({ artifact });
    expect(running()).toEqual(artifact);
  });

  it('is another one when it is deployed again, and not when it is rolled back, scaled or configured', async () => {
    const first = registry.push('team/shop', 'latest', 'first');
    await live('');
    const second = registry.push('team/shop', 'latest', 'second');
    await live('');
    expect(running()).toMatchObject({ digest: second, tag: 'latest' });
    registry.push('team/shop', 'latest', 'third');
    const { length } = registry.asked;
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect(running()).toMatchObject({ digest: first, tag: 'latest' });
    const { deploymentId } = await scene.scale({ sizes: { web: { memoryMib: 64 } } });
    await scene.reaches({ id: deploymentId! }, 'live');
    expect(running()).toMatchObject({ digest: first });
    expect(registry.asked).toHaveLength(length);
  });

  it.each(['basic', 'bearer'] as const)('is asked for with the organization’s credential, %s', async (kind) => {
    const digest = registry.push('team/shop', '1', 'private');
    registry.guard = { kind, login };
    expect(await failed()).toMatchObject({
      cause: 'image_denied',
      nextStep: expect.stringContaining(`berth pull-credentials add ${registry.host}`),
    });
    await tokenOf(registry.host);
    await live();
    expect(running()).toMatchObject({ digest });
    const stranger = await Scene.make(platform);
    const theirs = await stranger.request({ kind: 'image', image: image() });
    expect((await stranger.reaches(theirs, 'failed')).failure).toMatchObject({ cause: 'image_denied' });
  });

  it('is not asked for by a dry run, which cannot know', async () => {
    const path = `/v1/workloads/${scene.id}/deployments?dryRun=true`;
    const plan = await scene.owner.post<DryRun>(path, { source: { kind: 'image', image: image() } });
    expect(plan).toMatchObject({ releaseHash: null, changes: [{ path: '/artifact', before: null, after: null }] });
    expect(registry.asked).toEqual([]);
  });
});

describe('a tag that means nothing', () => {
  it('ends the deployment with its cause, and what was live keeps serving', async () => {
    const digest = registry.push('team/shop', '1', 'first');
    await live();
    const ended = await scene.reaches(await deploy(':2'), 'failed');
    expect(ended).toMatchObject({ failure: { cause: 'image_not_found' }, outcome: 'v1 keeps serving.', release: null });
    expect(running()).toMatchObject({ digest });
    expect(await scene.releases()).toHaveLength(1);
  });

  it('is waited for while the registry is away, and what serves is looked after meanwhile', async () => {
    registry.push('team/shop', '1', 'first');
    await live();
    const digest = registry.push('team/shop', '2', 'second');
    registry.troubles.push({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } });
    const requested = await deploy(':2');
    const done = await scene.reaches(requested, 'live', 60_000);
    const said = saidIn(done);
    expect(said.filter((line) => line.includes('answered 503. It is asked again'))).toHaveLength(1);
    expect(said).toContain(`queued: ${image(':2')} is ${digest} now`);
  });

  it('is not waited for longer than anybody has patience', async () => {
    registry.troubles.push({ status: 429, headers: { 'retry-after': '21600' } });
    const failure = await failed();
    expect(failure).toMatchObject({
      cause: 'registry_unavailable',
      evidence: [`${registry.host} allows no more requests for now (429).`],
    });
    expect(failure?.nextStep).toMatch(/Deploy again .* by its digest/);
  });

  it('is given up when the registry was away for too long', async () => {
    for (let index = 0; index < 1_000; index++) registry.troubles.push({ status: 503 });
    const requested = await deploy();
    const longAgo = `update deployment set asked_since = asked_since - interval '1 hour'
      where id = $1 and asked_since is not null returning id`;
    await eventually(async () => expect(await platform.query(longAgo, [requested.id])).toHaveLength(1));
    const { failure } = await scene.reaches(requested, 'failed', 60_000);
    expect(failure).toMatchObject({ cause: 'registry_unavailable', evidence: [`${registry.host} answered 503.`] });
  });

  it('is given up at once when the deployment is cancelled while the registry says nothing', async () => {
    const digest = registry.push('team/shop', '2', 'second');
    registry.troubles.push({ status: 0 });
    const requested = await deploy();
    await eventually(() => expect(registry.asked).toHaveLength(1));
    await scene.owner.post(`/v1/deployments/${requested.id}/cancel`);
    await live(':2');
    expect((await scene.deployment(requested.id)).status).toBe('cancelled');
    expect(running()).toMatchObject({ digest });
    expect(registry.asked).toHaveLength(2);
  });
});

describe('where registries of the own network are none of a tenant’s business', () => {
  let strict: Platform;
  beforeAll(async () => {
    strict = await Platform.start({ environment: { REGISTRY_PATIENCE_SECONDS: '0' } });
  });
  afterAll(() => strict.close());

  it('they are not asked, and the deployment says what to do', async () => {
    const theirs = await Scene.make(strict);
    const ended = await theirs.reaches(await theirs.request({ kind: 'image', image: image() }), 'failed');
    expect(ended.failure).toMatchObject({
      cause: 'policy_denied',
      nextStep: expect.stringContaining('by its digest'),
    });
    expect(registry.asked).toEqual([]);
  });
});
