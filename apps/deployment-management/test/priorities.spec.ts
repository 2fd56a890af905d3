import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const source = { kind: 'image', image: `registry.example/shop@sha256:${'a1'.padEnd(64, '0')}` } as const;

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start();
});
afterAll(() => platform.close());
beforeEach(async () => {
  scene = await Scene.make(platform);
});

describe('what a runtime is told to run', () => {
  it('comes with the kind of its environment, by which a cluster tells what gives way', async () => {
    const staging = await scene.beside('api', 'staging');
    for (const each of [scene, staging]) await each.reaches(await each.request(source), 'live');
    expect([scene, staging].map(({ desired }) => desired?.environmentKind)).toEqual(['production', 'staging']);
  });

  it('comes with it when it runs once, too', async () => {
    const staging = await scene.beside('api', 'staging');
    await staging.reaches(await staging.request(source), 'live');
    await staging.owner.post(`/v1/workloads/${staging.id}/tasks`, { command: 'true' });
    const started = () => platform.runtime.tasks.started.filter(({ workloadId }) => workloadId === staging.id);
    await eventually(() => expect(started().map(({ environmentKind }) => environmentKind)).toEqual(['staging']));
  });
});
