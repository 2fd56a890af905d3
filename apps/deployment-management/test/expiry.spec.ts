import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start({ environment: { RELEASES_KEPT: '3' } });
  scene = await Scene.make(platform);
});
afterAll(() => platform.close());

const expired = async () => {
  const events = (await platform.events()).filter((each) => each.type === 'berth.release.expired.v1');
  return events.map((each) => (each.data as { number: number }).number).sort();
};
const refusalOf = (number: number) =>
  scene.owner.refusal('POST', `/v1/workloads/${scene.id}/deployments`, { source: { kind: 'release', number } });

describe('releases that are too old', () => {
  it('expire when a newer one goes live, with an event, and cannot be rolled back to', async () => {
    for (const name of ['one', 'two', 'three']) await scene.deployLive(name);
    expect(await expired()).toEqual([]);
    await scene.deployLive('four');
    expect(await expired()).toEqual([1]);
    expect(await refusalOf(1)).toEqual({ status: 422, code: 'release_expired', pointers: ['/source/number'] });
    const [event] = (await platform.events()).filter((each) => each.type === 'berth.release.expired.v1');
    expect(event?.data).toMatchObject({ workloadId: scene.id, artifactDigest: digestOf('one') });

    const rollback = await scene.request({ kind: 'release', number: 2 });
    expect((await scene.reaches(rollback, 'live')).release).toBe(5);
    expect(await expired()).toEqual([1, 2]);
  });

  it('do not include the current one, however many failed after it', async () => {
    const trouble = { cause: 'crash_loop' as const, message: 'no', evidence: [] };
    const { currentRelease } = await scene.now();
    for (const name of ['dud-one', 'dud-two', 'dud-three', 'dud-four']) {
      scene.behave(name, { kind: 'fails', trouble });
      await scene.reaches(await scene.deploy(name), 'failed');
    }
    await scene.scale({ counts: { web: 2 } });
    await scene.eventuallyRuns({ [`v${currentRelease} web`]: 2 });
    expect(await expired()).not.toContain(currentRelease);
    await scene.deployLive('at-last');
    const [release] = await scene.releases();
    expect(await expired()).toEqual(Array.from({ length: release!.number - 3 }, (_, index) => index + 1));
  });
});
