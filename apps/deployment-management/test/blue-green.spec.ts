import type { DryRun } from '@berth/contracts/deployment';
import type { ObservedWorkload } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import {
  allocation as allocationOf,
  blueGreen,
  canary,
  DAY,
  hasWeight as hasWeightOn,
  releaseBy as byStrategy,
  waits as waitsOn,
} from './fixtures/canary-scene.js';
import { Platform } from './fixtures/platform.js';
import { Registry } from './fixtures/registry.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment } from './fixtures/types.js';

const environment = { PRIVATE_REGISTRIES: 'true', REGISTRY_PATIENCE_SECONDS: '3600' };

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start({ environment })));
beforeEach(async () => {
  scene = await Scene.make(platform);
  await scene.scale({ counts: { web: 2 } });
});
afterEach(() => {
  jest.restoreAllMocks();
  platform.runtime.canaries = 'counted';
  platform.runtime.takesWeights = true;
});
afterAll(() => platform.close());

const releaseBy = (strategy: object) => byStrategy(scene, strategy);
const hasWeight = (deployment: Pick<Deployment, 'id'>) => hasWeightOn(scene, deployment);
const allocation = () => allocationOf(platform, scene);
const manual = (holdSeconds = DAY) => blueGreen(holdSeconds, { promoteWithinSeconds: 3_600 });
/** Releases, weight and instances of whatever was stated with two releases, in order. */
const stated = () =>
  scene.toldStates.flatMap(({ release, canary: beside }) =>
    beside ? [[release.number, beside.release.number, beside.weight, beside.process.instances]] : [],
  );
const instancesOf = async (release: number) =>
  ((await platform.runtime.observe(scene.id))?.instances ?? [])
    .filter((each) => each.release === release)
    .map(({ id }) => id);

/** v1 is whole and gets nothing, v2 gets everything. */
async function holding(strategy: object = blueGreen(DAY)): Promise<Deployment> {
  await scene.deployLive('one');
  await releaseBy(strategy);
  return hasWeight(await scene.deploy('two'));
}

/** v2 is whole, and somebody has to promote it. */
async function waiting(): Promise<Deployment> {
  await scene.deployLive('one');
  await releaseBy(manual());
  return waits(await scene.deploy('two'));
}

const waits = (deployment: Pick<Deployment, 'id'>) => waitsOn(scene, deployment);

/** As it is when one instance of a release is not ready. */
function lacking(release: number, seen: ObservedWorkload | null): ObservedWorkload | null {
  const one = seen?.instances.find((each) => each.release === release);
  const starting = { state: 'starting' as const, readySince: null, routed: false };
  return seen && { ...seen, instances: seen.instances.map((each) => (each === one ? { ...each, ...starting } : each)) };
}

describe('a blue-green switch', () => {
  it('brings the new release up whole without requests, gives it all of them at once, and then takes over', async () => {
    await scene.deployLive('one');
    await releaseBy(blueGreen(1));
    const live = await scene.reaches(await scene.deploy('two'), 'live');
    expect(stated()).toEqual([
      [1, 2, 0, 2],
      [1, 2, 100, 2],
    ]);
    expect(live.timeline.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'Starting instances of v2 beside those of v1',
        'Instances of v2 are ready; they get 100 % of the requests',
        'v2 gets 100 % of the requests',
        expect.stringContaining('Step 1 of 1 (100 %) is over'),
      ]),
    );
    expect(await scene.runs()).toEqual({ 'v2 web': 2 });
  });

  it('is used capacity of both releases while both are whole', async () => {
    await holding();
    await eventually(async () => expect(await allocation()).toEqual(['v1 web x2', 'v2 web x2']));
    await scene.eventuallyRuns({ 'v1 web': 2, 'v2 web': 2 });
  });

  it('is switched back by a cancel without anything being started', async () => {
    await scene.deployLive('one');
    const former = await instancesOf(1);
    await releaseBy(blueGreen(DAY));
    const held = await hasWeight(await scene.deploy('two'));
    await scene.owner.post(`/v1/deployments/${held.id}/cancel`);
    expect(await scene.reaches(held, 'cancelled')).toMatchObject({
      outcome: 'All requests go back to v1, whose instances were kept.',
    });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    expect(await instancesOf(1)).toEqual(former);
    await eventually(async () => expect(await allocation()).toEqual(['v1 web x2']));
  });

  it('is switched back by itself when too many answers are errors, or an instance ends', async () => {
    const held = await holding(blueGreen(DAY, { maxErrorPercent: 10, minRequests: 10 }));
    const former = await instancesOf(1);
    platform.runtime.answer(scene.id, 2, 20, 4);
    const failed = await scene.reaches(held, 'failed');
    expect(failed.failure).toMatchObject({
      ...{ cause: 'canary_failed', message: '20 % of the answers of v2 were errors, more than 10 %.' },
    });
    expect(failed.failure?.evidence.at(-1)).toContain('v1 serves all requests again');
    expect(await instancesOf(1)).toEqual(former);
    const second = await hasWeight(await scene.deploy('three'));
    platform.runtime.crash(scene.id, 3);
    expect((await scene.reaches(second, 'failed')).failure?.message).toContain('ended 1 times');
  });

  it('is not timed before the gateway gives it everything, and ends at its deadline when it never does', async () => {
    await scene.deployLive('one');
    await releaseBy(blueGreen(1));
    platform.runtime.takesWeights = false;
    const moving = await scene.deploy('two');
    await eventually(async () => expect(stated()).toEqual([[1, 2, 0, 2], [1, 2, 100, 2]])); // prettier-ignore
    const slow = await scene.deployment(moving.id);
    await platform.overrun(moving.id);
    const failed = await scene.reaches(moving, 'failed');
    expect([slow.canary?.since, failed.failure?.cause, failed.outcome]).toEqual([null, 'timeout', 'v1 keeps serving.']);
    await scene.eventuallyRuns({ 'v1 web': 2 });
  });

  it('that never gets ready meets nobody', async () => {
    await scene.deployLive('one');
    await releaseBy(blueGreen(DAY));
    scene.behave('two', {
      kind: 'fails',
      trouble: { cause: 'crash_loop', message: 'It crashes.', evidence: ['boom'] },
    });
    expect((await scene.reaches(await scene.deploy('two'), 'failed')).failure?.cause).toBe('crash_loop');
    expect(stated()).toEqual([[1, 2, 0, 2]]);
    scene.behave('two', { kind: 'honest' });
  });

  it('has no room in the quota: nothing is touched', async () => {
    await scene.deployLive('one');
    await releaseBy(blueGreen(DAY));
    await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: 750 } });
    const failed = await scene.reaches(await scene.deploy('two'), 'failed');
    expect(failed.failure).toMatchObject({ cause: 'quota_exceeded' });
    expect(stated()).toEqual([]);
  });

  it('is scaled on both sides, and a stop ends it', async () => {
    const held = await holding();
    await scene.scale({ counts: { web: 3 } });
    await scene.eventuallyRuns({ 'v1 web': 3, 'v2 web': 3 });
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    expect((await scene.reaches(held, 'failed')).failure?.cause).toBe('canary_failed');
    expect(await scene.runs()).toEqual({});
  });

  it('is told to a runtime that lost everything, and its hold goes on', async () => {
    const held = await holding();
    platform.runtime.forget();
    await scene.eventuallyRuns({ 'v1 web': 2, 'v2 web': 2 });
    expect((await scene.deployment(held.id)).status).toBe('shifting');
  });

  it('is known to the dry run: what runs beside what is live, for how long, and what the quota holds', async () => {
    await scene.deployLive('one');
    await releaseBy(manual(600));
    const path = `/v1/workloads/${scene.id}/deployments?dryRun=true`;
    const { canary: plan } = await scene.owner.post<DryRun>(path, { source: { kind: 'git' } });
    expect(plan).toMatchObject({
      ...{ steps: [{ weight: 100, holdSeconds: 600 }], waitSeconds: 3_600, holdSeconds: 600 },
      allocation: [{ release: 2, processType: 'web', instances: 2 }],
      quota: { cpuMillicores: 500, memoryMib: 512 },
    });
  });
});

describe('a newer deployment', () => {
  it('ends the hold: what all users meet goes live before what nobody has met', async () => {
    const held = await holding();
    const next = await scene.deploy('three');
    const live = await scene.reaches(held, 'live');
    expect(live.timeline.map(({ message }) => message)).toContain(
      'A newer deployment is ready: v2 takes over, and v1 is kept no longer',
    );
    await hasWeight(next);
    await scene.eventuallyRuns({ 'v2 web': 2, 'v3 web': 2 });
  });

  it('waits for it without a deadline of its own, and begins when it is live', async () => {
    const held = await holding();
    scene.behave('two', { kind: 'no-route' });
    const next = await scene.request({ kind: 'image', image: `registry.example/shop@sha256:${'c'.repeat(64)}` });
    await scene.reaches(held, 'verifying');
    expect((await scene.deployment(next.id)).status).toBe('queued');
    expect(await platform.query('select name from work_deadline where name = $1', [next.id])).toEqual([]);
    scene.behave('two', { kind: 'honest' });
    await scene.reaches(held, 'live');
    await hasWeight(next);
  });

  it('takes the place of what is held and is not whole', async () => {
    const held = await holding();
    const observe = platform.runtime.observe.bind(platform.runtime);
    const looks = jest
      .spyOn(platform.runtime, 'observe')
      .mockImplementation(async (id) => lacking(2, await observe(id)));
    await eventually(async () => {
      const sql = `select canary->>'pausedAt' as at from deployment where id = $1`;
      expect(await platform.query(sql, [held.id])).toEqual([{ at: expect.any(String) }]);
    });
    const next = await scene.deploy('three');
    await scene.reaches(held, 'superseded');
    looks.mockRestore();
    await hasWeight(next);
    await scene.eventuallyRuns({ 'v1 web': 2, 'v3 web': 2 });
  });

  it('that is a rollback is in a hurry: it takes the place of what is held', async () => {
    const held = await holding();
    const rollback = await scene.request({ kind: 'release', number: 1 });
    await scene.reaches(held, 'superseded');
    await scene.reaches(rollback, 'live');
    await scene.eventuallyRuns({ 'v3 web': 2 });
  });

  it('takes the place of one that nobody has promoted', async () => {
    const first = await waiting();
    const next = await scene.deploy('three');
    await scene.reaches(first, 'superseded');
    await waits(next);
    await scene.eventuallyRuns({ 'v1 web': 2, 'v3 web': 2 });
  });
});

describe('a switch by hand', () => {
  it('waits, whole and without requests, until somebody promotes it', async () => {
    const moving = await waiting();
    expect(stated()).toEqual([[1, 2, 0, 2]]);
    const promoted = await scene.owner.post<Deployment>(`/v1/deployments/${moving.id}/promote`);
    expect(promoted.id).toBe(moving.id);
    const held = await hasWeight(moving);
    expect(held.timeline.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'Instances of v2 are ready; they get requests when somebody promotes the deployment',
        expect.stringMatching(/ promoted it$/),
        'v2 gets 100 % of the requests',
      ]),
    );
    expect(stated().at(-1)).toEqual([1, 2, 100, 2]);
  });

  it('is looked at now and then while it waits, and nobody counts what it answers', async () => {
    await waiting();
    const asked = jest.spyOn(platform.runtime, 'traffic');
    await eventually(async () => {
      const [item] = await platform.query<{ seconds: number }>(
        'select extract(epoch from due_at - now())::float as seconds from work_item where queue = $1 and key = $2',
        [WORKLOADS, scene.id],
      );
      expect(item?.seconds).toBeGreaterThan(10);
    });
    expect(asked.mock.calls.filter(([id]) => id === scene.id)).toEqual([]);
  });

  it('is used capacity while it waits, from then and until then', async () => {
    const moving = await waiting();
    await eventually(async () => expect(await allocation()).toEqual(['v1 web x2', 'v2 web x2']));
    await scene.owner.post(`/v1/deployments/${moving.id}/cancel`);
    await eventually(async () => expect(await allocation()).toEqual(['v1 web x2']));
    const told = (await platform.events(scene.id))
      .filter(({ type }) => type === 'berth.workload.allocation-changed.v1')
      .map(({ data }) => Date.parse((data as { effectiveAt: string }).effectiveAt));
    const [began, ended] = told.slice(-2) as [number, number];
    const at = (await scene.deployment(moving.id)).timeline.map((each) => Date.parse(each.at));
    expect(began).toBeGreaterThanOrEqual(at.at(-2)!);
    expect(ended).toBeGreaterThan(began);
  });

  it('is refused when nothing waits, and when it was promoted already', async () => {
    const moving = await waiting();
    const path = `/v1/deployments/${moving.id}/promote`;
    await scene.owner.post(path);
    await hasWeight(moving);
    expect(await scene.owner.refusal('POST', path)).toMatchObject({ status: 409, code: 'deployment_not_waiting' });
  });

  it('ends when nobody promotes it in time, and the former release was never touched', async () => {
    const moving = await waiting();
    const former = await instancesOf(1);
    await platform.overrun(moving.id);
    expect(await scene.reaches(moving, 'failed')).toMatchObject({
      failure: { cause: 'timeout', message: 'Nobody promoted it in time.' },
      outcome: 'v1 keeps serving.',
    });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    expect(await instancesOf(1)).toEqual(former);
  });

  it('ends when an instance of it does', async () => {
    const moving = await waiting();
    platform.runtime.crash(scene.id, 2);
    expect((await scene.reaches(moving, 'failed')).failure?.message).toContain('while it waited to be promoted');
  });
});

describe('no blue-green switch', () => {
  const set = (strategy: object) =>
    scene.owner.refusal('PATCH', `/v1/workloads/${scene.id}`, { strategy }, { 'if-match': '*' });

  it('is taken where the number of instances is left to the runtime, nor that while it is', async () => {
    await scene.deployLive('one');
    const autoscaling = { web: { min: 1, max: 3, cpuPercent: 50 } };
    await scene.scale({ autoscaling });
    expect(await set(blueGreen(DAY))).toEqual({
      ...{ status: 422, code: 'strategy_not_supported', pointers: ['/strategy/kind'] },
    });
    await scene.scale({ counts: { web: 1 } });
    await releaseBy(blueGreen(DAY));
    expect(await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, { autoscaling })).toMatchObject({
      ...{ status: 422, code: 'autoscaling_not_supported', pointers: ['/autoscaling/web'] },
    });
  });

  it('is taken when the number of instances was left to the runtime a moment ago', async () => {
    await scene.deployLive('one');
    const refused = await platform.service.database.transaction(async (tx) => {
      // As a scaling does, which would hold room for three.
      const scaled = `update workload set autoscaling = $2, held_cpu_millicores = 3 * 250, held_memory_mib = 3 * 256 where id = $1`;
      await tx.query(scaled, [scene.id, { web: { min: 1, max: 3, cpuPercent: 50 } }]);
      const answer = set(blueGreen(DAY));
      await eventually(async () => {
        const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
                            and query like '%for update%'`;
        expect((await platform.query(waiting)).length).toBeGreaterThan(0);
      });
      return { answer };
    });
    expect(await refused.answer).toMatchObject({ status: 422, code: 'strategy_not_supported' });
  });

  it('is refused where requests can be switched as a whole, and a canary is', async () => {
    await scene.deployLive('one');
    platform.runtime.canaries = 'whole';
    expect(await set(canary([[10, DAY]]))).toMatchObject({ status: 422, code: 'strategy_not_supported' });
    await releaseBy(blueGreen(1));
    const live = await scene.reaches(await scene.deploy('two'), 'live');
    expect(live.canary).toMatchObject({ state: 'promoting', counts: [] });
  });

  it.each([
    ['a hold of nothing', { holdSeconds: 0 }, '/strategy/holdSeconds'],
    ['a hold without end', { holdSeconds: 86_401 }, '/strategy/holdSeconds'],
    ['no time to promote it', { promoteWithinSeconds: 59 }, '/strategy/promoteWithinSeconds'],
  ])('has %s', async (_, more, pointer) => {
    expect(await set({ kind: 'blue-green', ...more })).toMatchObject({ status: 422, pointers: [pointer] });
  });
});

describe('while a registry is away that the next deployment waits for', () => {
  it('a release that fails its users is taken back at its own pace, and the registry is asked at its own', async () => {
    const registry = await Registry.start();
    const held = await holding(blueGreen(DAY, { maxErrorPercent: 0, minRequests: 1 }));
    registry.push('team/shop', '1', 'three');
    for (let index = 0; index < 100; index++)
      registry.troubles.push({ status: 503, headers: { 'retry-after': '600' } });
    const next = await scene.request({ kind: 'image', image: `${registry.host}/team/shop:1` });
    await eventually(async () =>
      expect((await scene.deployment(next.id)).timeline.at(-1)?.message).toContain('It is asked again'),
    );
    platform.runtime.answer(scene.id, 2, 1, 1);
    expect((await scene.reaches(held, 'failed')).failure?.cause).toBe('canary_failed');
    expect([registry.asked.length, (await scene.deployment(next.id)).status]).toEqual([1, 'queued']);
    await registry.close();
  });
});
