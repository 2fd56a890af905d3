import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mayMove } from '../src/deployments/deployment.js';
import * as model from './fixtures/model.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment, Page } from './fixtures/types.js';

let platform: Platform;
beforeAll(async () => (platform = await Platform.start()));
afterAll(() => platform.close());

const name = fc.constantFrom('A', 'B');
const commands = [
  fc.constant(model.deploy()),
  fc.constant(model.deployWhatCrashes()),
  fc.constant(model.deployWhatDoesNotBuild()),
  fc.constant(model.cancelWhatHangs()),
  fc.tuple(name, fc.option(fc.constantFrom('1', '2'))).map(([key, value]) => model.setConfig(key, value)),
  fc.constantFrom(64, 128).map(model.resize),
  fc.integer({ min: 0, max: 3 }).map(model.scale),
  fc.nat({ max: 20 }).map(model.rollBack),
  fc.constantFrom('stop' as const, 'start' as const, 'restart' as const).map(model.act),
  fc.constant(model.killOne()),
  fc.constant(model.forget()),
  fc.constant(model.deployWhileDown()),
];

/** Whatever was done to it, the history of a workload holds together. */
async function expectWholeHistory(scene: Scene): Promise<void> {
  const { items } = await scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${scene.id}&limit=200`);
  for (const { timeline, status, failure, endedAt } of items) {
    expect(timeline.map((each) => each.sequence)).toEqual(timeline.map((_, index) => index + 1));
    for (const { from, to } of timeline.slice(1))
      expect({ from, to, may: from && mayMove(from, to) }).toEqual({ from, to, may: true });
    expect(timeline.at(-1)?.to).toBe(status);
    expect(endedAt).not.toBeNull();
    expect(failure !== null).toBe(status === 'failed');
    if (failure) expect(Math.min(failure.evidence.length, failure.nextStep.length)).toBeGreaterThan(0);
  }
  const { currentRelease } = await scene.now();
  expect(items.filter((each) => each.status === 'live').map((each) => each.release)).toEqual(
    currentRelease === null ? [] : [currentRelease],
  );
  const events = await platform.events(scene.id);
  expect(events.map((each) => each.aggregateversion)).toEqual(events.map((_, index) => index + 1));
  expect(await platform.query('select from work_deadline where key = $1', [scene.id])).toEqual([]);
}

/** What was told to metering last is what serves. */
const expectTold = (scene: Scene) =>
  eventually(
    async () => {
      const last = (await platform.events(scene.id)).findLast((each) => each.type.includes('allocation-changed'));
      const { entries } = (last?.data ?? { entries: [] }) as { entries: { release: number; instances: number }[] };
      const told = Object.fromEntries(entries.map(({ release, instances }) => [`v${release} web`, instances]));
      expect(told).toEqual(await scene.runs());
    },
    { within: 60_000 },
  );

describe('a workload', () => {
  it('is at every moment what its owner believes, whatever was done and whatever the world did', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 14 }), async (sequence) => {
        const scene = await Scene.make(platform);
        await fc.asyncModelRun(() => ({ model: model.newModel(), real: scene }), sequence);
        await expectTold(scene);
        await expectWholeHistory(scene);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 600_000);
});

describe('a workload to which everything happens at once', () => {
  type Deed = (scene: Scene) => Promise<unknown>;
  const trouble = { cause: 'start_failed' as const, message: 'no', evidence: ['no'] };
  const send = (scene: Scene, path: string, body?: object) =>
    scene.owner.send('POST', `/v1/workloads/${scene.id}/${path}`, body);
  const deploy = async (scene: Scene, artifact: string) => {
    const { status, body } = await scene.owner.send<Deployment>('POST', `/v1/workloads/${scene.id}/deployments`, {
      source: { kind: 'git' },
    });
    expect(status).toBe(202);
    await platform.builds.succeeded(body, artifact);
    return body;
  };
  const deeds: Record<string, Deed> = {
    deploy: (scene) => deploy(scene, 'at-once'),
    crash: (scene) => deploy(scene, 'at-once-crashing'),
    cancel: async (scene) => scene.owner.send('POST', `/v1/deployments/${(await deploy(scene, 'at-once')).id}/cancel`),
    config: (scene) => scene.owner.send('PATCH', `/v1/config/${scene.id}`, { set: { AT: String(Math.random()) } }),
    scale: (scene) => send(scene, 'scale', { counts: { web: 2 } }),
    resize: (scene) => send(scene, 'scale', { sizes: { web: { memoryMib: 100 } } }),
    back: (scene) => send(scene, 'deployments', { source: { kind: 'release', number: 1 } }),
    stop: (scene) => send(scene, 'stop'),
    start: (scene) => send(scene, 'start'),
    restart: (scene) => send(scene, 'restart'),
    forget: async () => platform.runtime.forget(),
    down: async () => platform.runtime.setDown(true),
    up: async () => platform.runtime.setDown(false),
  };

  it('comes to rest as its row says, with a history that holds together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(deeds)), { minLength: 4, maxLength: 14 }),
        async (names) => {
          const scene = await Scene.make(platform);
          scene.behave('at-once-crashing', { kind: 'fails', trouble });
          await scene.reaches(await scene.deploy('first'), 'live', 60_000);
          await Promise.all(names.map((each) => deeds[each]?.(scene)));
          platform.runtime.setDown(false);
          await eventually(async () => expect((await scene.now()).activeDeploymentId).toBeNull(), { within: 90_000 });
          const { currentRelease, state, counts } = await scene.now();
          const count = state === 'running' ? (counts['web'] ?? 1) : 0;
          await scene.eventuallyRuns(count > 0 ? { [`v${currentRelease} web`]: count } : {}, 60_000);
          await expectTold(scene);
          await expectWholeHistory(scene);
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  }, 600_000);
});
