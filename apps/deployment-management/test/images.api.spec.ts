import type { App, DryRun } from '@berth/contracts/deployment';
import { deploymentRequested } from '@berth/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const digestOf = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const image = (mark: string): string => `registry.example/shop@${digestOf(mark)}`;

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start();
});
afterAll(() => platform.close());
beforeEach(async () => {
  scene = await Scene.make(platform);
});

const path = () => `/v1/workloads/${scene.id}/deployments`;
const runs = (...artifactKinds: string[]) => Object.assign(platform.runtime, { artifactKinds });
const isFromImage = (reference: string): Promise<App> =>
  scene.owner.patch<App>(
    `/v1/apps/${scene.app.id}`,
    { source: { kind: 'image', image: reference } },
    { 'if-match': '*' },
  );

describe('an image that was built elsewhere', () => {
  it('goes live without a build, as what it starts by itself', async () => {
    const requested = await scene.request({ kind: 'image', image: image('a1') });
    const live = await scene.reaches(requested, 'live');
    expect(live).toMatchObject({ source: { kind: 'image', image: image('a1') }, buildId: null, commit: null });
    const [event] = await platform.events(live.id);
    expect(event).toMatchObject({ type: deploymentRequested.type, data: { build: null } });
    const artifact = { kind: 'image', digest: digestOf('a1'), sizeBytes: 0, repository: 'registry.example/shop' };
    expect((await scene.releases())[0]).toMatchObject({ artifact, processes: [{ name: 'web', command: '' }] });
    expect(scene.desired?.release.artifact).toEqual(artifact);
  });

  it('is that of the app when the deployment names none', async () => {
    await isFromImage(image('b2'));
    const live = await scene.reaches(await scene.request({ kind: 'image' }), 'live');
    expect(live.source).toEqual({ kind: 'image', image: image('b2') });
  });

  it('has the process types that the workload names commands for', async () => {
    const sizes = { worker: { command: 'node worker.js', memoryMib: 64 } };
    await scene.reaches(await scene.request({ kind: 'image', image: image('c3') }), 'live');
    await scene.scale({ counts: { worker: 2 }, sizes });
    await scene.eventuallyRuns({ 'v2 web': 1, 'v2 worker': 2 });
    await scene.reaches(await scene.request({ kind: 'image', image: image('c4') }), 'live');
    await scene.eventuallyRuns({ 'v3 web': 1, 'v3 worker': 2 });
    expect(scene.desired?.processes).toMatchObject([
      { name: 'web', command: '' },
      { name: 'worker', command: 'node worker.js', memoryMib: 64 },
    ]);
  });

  it('can be rolled back to, and is looked at before', async () => {
    await scene.reaches(await scene.request({ kind: 'image', image: image('d1') }), 'live');
    const plan = await scene.owner.post<DryRun>(`${path()}?dryRun=true`, {
      source: { kind: 'image', image: image('d2') },
    });
    expect(plan.changes).toEqual([{ path: '/artifact', before: digestOf('d1'), after: digestOf('d2') }]);
    await scene.reaches(await scene.request({ kind: 'image', image: image('d2') }), 'live');
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect(scene.desired?.release.artifact.digest).toBe(digestOf('d1'));
  });
});

describe('what is refused, with nothing stored', () => {
  const refused = (source: object) => scene.owner.refusal('POST', path(), { source });

  it.each([
    [{ kind: 'image' }, 'source_missing', '/source/image'],
    [{ kind: 'image', image: 'no image' }, 'validation_failed', '/source/image'],
  ])('%j is %s', async (source, code, pointer) => {
    expect(await refused(source)).toEqual({ status: 422, code, pointers: [pointer] });
    expect((await scene.now()).activeDeploymentId).toBeNull();
  });

  it('an image where only slugs run, and a slug where only images do, whichever way it is named', async () => {
    await scene.deployLive('a-slug');
    await scene.comesToRest();
    const before = await platform.eventTypes(scene.id);
    try {
      runs('slug');
      expect(await refused({ kind: 'image', image: image('e5') })).toMatchObject({ code: 'source_not_supported' });
      runs('image');
      for (const source of [{ kind: 'git' }, { kind: 'release', number: 1 }])
        expect(await refused(source)).toMatchObject({ status: 422, code: 'source_not_supported' });
    } finally {
      runs('slug', 'image');
    }
    expect(await platform.eventTypes(scene.id)).toEqual(before);
  });
});
