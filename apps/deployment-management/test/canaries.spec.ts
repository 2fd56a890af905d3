import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CanarySteps } from '../src/canaries/canary-steps.js';
import { DeploymentsRepository } from '../src/deployments/deployments.repository.js';
import { WorkloadsRepository } from '../src/workloads/workloads.repository.js';
import {
  allocation as allocationOf,
  canary,
  DAY,
  hasWeight as hasWeightOn,
  releaseBy as byStrategy,
  sharing as sharingOn,
} from './fixtures/canary-scene.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterEach(() => {
  platform.runtime.canaries = 'counted';
  platform.runtime.leadsAway = true;
});
afterAll(() => platform.close());

const releaseBy = (strategy: object) => byStrategy(scene, strategy);
const sharing = (strategy?: object): Promise<Deployment> => sharingOn(scene, strategy);
const hasWeight = (deployment: Pick<Deployment, 'id'>) => hasWeightOn(scene, deployment);
const allocation = () => allocationOf(platform, scene);

describe('a canary', () => {
  it('gets its weights step by step, then takes over without its instances being started anew', async () => {
    await scene.scale({ counts: { web: 4 } });
    await scene.deployLive('one');
    const steps = canary([
      [10, 1],
      [50, 1],
    ]);
    await releaseBy(steps);
    const live = await scene.reaches(await scene.deploy('two'), 'live');
    const stated = scene.toldStates.flatMap(({ release, canary: beside }) =>
      beside ? [[release.number, beside.release.number, beside.weight, beside.process.instances]] : [],
    );
    expect(stated).toEqual([
      [1, 2, 0, 1],
      [1, 2, 10, 1],
      [1, 2, 10, 2],
      [1, 2, 50, 2],
    ]);
    expect([...new Set(live.timeline.map(({ to }) => to))].slice(-4)).toEqual([
      'rolling',
      'shifting',
      'verifying',
      'live',
    ]);
    expect(live.timeline.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'v2 gets 10 % of the requests',
        expect.stringContaining('Step 1 of 2 (10 %) is over'),
        'Instances of v2 for 50 % of the requests are ready',
        'v2 gets 50 % of the requests',
        expect.stringContaining('Step 2 of 2 (50 %) is over'),
      ]),
    );
    expect(live.canary).toMatchObject({ state: 'promoting', counts: [{ weight: 10 }, { weight: 50 }] });
    expect(await scene.runs()).toEqual({ 'v2 web': 4 });
    const instances = (await platform.runtime.observe(scene.id))?.instances ?? [];
    expect(instances.map(({ restarts }) => restarts)).toEqual([0, 0, 0, 0]);
  });

  it('is used capacity from its first request on, beside the release that it shares them with', async () => {
    await sharing();
    await eventually(async () => expect(await allocation()).toEqual(['v1 web x1', 'v2 web x1']));
    expect((await scene.now()).conditions).toMatchObject([{ type: 'Ready', status: 'true' }]);
  });

  it('that answers with too many errors is taken back: it failed when the former was seen to serve everything', async () => {
    const shared = await sharing(canary([[10, DAY]], { maxErrorPercent: 10, minRequests: 10 }));
    platform.runtime.answer(scene.id, 1, 90, 1);
    platform.runtime.answer(scene.id, 2, 10, 4);
    const failed = await scene.reaches(shared, 'failed');
    expect(failed).toMatchObject({
      failure: { cause: 'canary_failed', message: '40 % of the answers of v2 were errors, more than 10 %.' },
      outcome: 'v1 keeps serving.',
      canary: { state: 'aborting', counts: [{ weight: 10, canary: { requests: 10, errors: 4 } }] },
    });
    expect(failed.failure?.evidence.at(-1)).toBe(
      'v1 serves all requests again: its instances are ready and its route answers.',
    );
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
    await eventually(async () => expect(await allocation()).toEqual(['v1 web x1']));
    expect(await platform.eventTypes(failed.id)).toEqual(
      expect.arrayContaining(['deployment.phase-changed', 'deployment.failed']),
    );
  });

  it('that is taken back has not failed yet while the gateway may lead users to it', async () => {
    const shared = await sharing();
    platform.runtime.leadsAway = false;
    platform.runtime.crash(scene.id, 2);
    const message = 'Requests are being led away from a canary';
    await eventually(async () =>
      expect((await scene.now()).conditions).toMatchObject([{ reason: 'Progressing', message }]),
    );
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
    expect(await scene.deployment(shared.id)).toMatchObject({ status: 'shifting', canary: { state: 'aborting' } });
    platform.runtime.leadsAway = true;
    expect((await scene.reaches(shared, 'failed')).failure?.evidence.at(-1)).toContain('v1 serves all requests again');
  });

  it('that takes over is live when nobody is led to where it was before', async () => {
    await scene.deployLive('one');
    await releaseBy(canary([[10, 1]]));
    platform.runtime.leadsAway = false;
    const deployment = await scene.deploy('two');
    await eventually(async () =>
      expect((await scene.now()).conditions).toMatchObject([{ message: 'Requests are being led away from a canary' }]),
    );
    expect(await scene.deployment(deployment.id)).toMatchObject({ canary: { state: 'promoting' }, status: 'shifting' });
    platform.runtime.leadsAway = true;
    await scene.reaches(deployment, 'live');
  });

  it('whose instances end is taken back', async () => {
    const shared = await sharing();
    platform.runtime.crash(scene.id, 2);
    const failed = await scene.reaches(shared, 'failed');
    expect(failed.failure).toMatchObject({ cause: 'canary_failed', message: expect.stringContaining('ended 1 times') });
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
  });

  it('where nobody counts answers is judged by its instances, and says so', async () => {
    platform.runtime.canaries = 'uncounted';
    await scene.deployLive('one');
    await releaseBy(canary([[10, 1]]));
    const live = await scene.reaches(await scene.deploy('two'), 'live');
    expect(live.canary).toMatchObject({ state: 'promoting', counts: [] });
    expect(live.timeline.map(({ message }) => message)).toContain(
      'Step 1 of 1 (10 %) is over: no instance of v2 ended; nobody counts answers on its cluster',
    );
  });

  it('that never gets ready meets nobody', async () => {
    await scene.deployLive('one');
    await releaseBy(canary([[10, DAY]]));
    scene.behave('two', {
      kind: 'fails',
      trouble: { cause: 'crash_loop', message: 'It crashes.', evidence: ['boom'] },
    });
    const failed = await scene.reaches(await scene.deploy('two'), 'failed');
    expect(failed.failure).toMatchObject({ cause: 'crash_loop', evidence: ['boom'] });
    expect(scene.toldStates.flatMap((each) => each.canary?.weight ?? [])).toEqual([0]);
    scene.behave('two', { kind: 'honest' });
  });

  it('past its deadline is ended, and one that is being taken back ends with what it was taken back for', async () => {
    const shared = await sharing();
    await platform.overrun(shared.id);
    const failed = await scene.reaches(shared, 'failed');
    expect(failed.failure).toMatchObject({ cause: 'timeout', message: expect.stringContaining('shifting') });
    const second = await hasWeight(await scene.deploy('three'));
    scene.behave('one', { kind: 'no-route' });
    platform.runtime.crash(scene.id, 3);
    await eventually(async () => expect((await scene.deployment(second.id)).canary?.state).toBe('aborting'));
    await platform.overrun(second.id);
    const taken = await scene.reaches(second, 'failed');
    expect(taken.failure?.cause).toBe('canary_failed');
    expect(taken.failure?.evidence.at(-1)).toContain('was not seen to serve everything again');
    scene.behave('one', { kind: 'honest' });
  });
});

describe('meanwhile', () => {
  it('a cancel leaves all requests to the former release', async () => {
    const shared = await sharing();
    await scene.owner.post(`/v1/deployments/${shared.id}/cancel`);
    expect(await scene.reaches(shared, 'cancelled')).toMatchObject({ outcome: 'v1 keeps serving.' });
    await scene.eventuallyRuns({ 'v1 web': 1 });
    await eventually(async () => expect(await allocation()).toEqual(['v1 web x1']));
  });

  it('a newer deployment takes its place as soon as it is built, and a rollback of it is no canary', async () => {
    const shared = await sharing();
    const next = await scene.deploy('three');
    await scene.reaches(shared, 'superseded');
    await hasWeight(next);
    const rollback = await scene.request({ kind: 'release', number: 1 });
    await scene.reaches(next, 'superseded');
    expect(await scene.reaches(rollback, 'live')).toMatchObject({ canary: null });
    await scene.eventuallyRuns({ 'v4 web': 1 });
  });

  it('has its own links from its first instance on, and the former release keeps its own', async () => {
    await scene.deployLive('one');
    await releaseBy(canary([[10, DAY]]));
    const { projectId, environmentId } = { projectId: scene.project.id, environmentId: scene.environment.id };
    const source = { kind: 'image', image: `registry.example/billing@sha256:${'b'.repeat(64)}` };
    const { id: appId } = await scene.owner.post<{ id: string }>('/v1/apps', { projectId, slug: 'billing', source });
    await scene.owner.post('/v1/workloads', { appId, environmentId });
    const change = { add: ['billing'] };
    const { deploymentId } = await scene.owner.patch<{ deploymentId: string }>(`/v1/links/${scene.id}`, change);
    await hasWeight({ id: deploymentId } as Deployment);
    const told = scene.toldStates
      .filter((each) => each.canary)
      .map(({ links, canary: beside }) => [links, beside?.links]);
    const link = { name: 'billing', workloadId: expect.any(String), host: expect.stringMatching(/^billing-/) };
    expect(told.length).toBeGreaterThan(0);
    for (const each of told) expect(each).toEqual([[{ ...link, isFormer: true }], [link]]);
  });

  it('keeps volumes of web away, of which both releases would be writers', async () => {
    await sharing();
    const volume = { workloadId: scene.id, process: 'web', name: 'data', mountPath: '/data', sizeMib: 64 };
    expect(await scene.owner.refusal('POST', '/v1/volumes', volume)).toMatchObject({
      ...{ status: 409, code: 'volume_not_during_canary' },
    });
    await scene.eventuallyRuns({ 'v1 web': 1, 'v2 web': 1 });
  });

  it('scaling scales both', async () => {
    const shared = await sharing(canary([[50, DAY]]));
    await scene.scale({ counts: { web: 4 } });
    await scene.eventuallyRuns({ 'v1 web': 4, 'v2 web': 2 });
    expect((await scene.deployment(shared.id)).status).toBe('shifting');
  });

  it('scaling to nothing ends it, as a stop does', async () => {
    const shared = await sharing();
    await scene.scale({ counts: { web: 0 } });
    expect((await scene.reaches(shared, 'failed')).failure).toMatchObject({ cause: 'canary_failed' });
    expect(await scene.runs()).toEqual({});
  });

  it('a stop ends it: what gets no requests proves nothing', async () => {
    const shared = await sharing();
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    const failed = await scene.reaches(shared, 'failed');
    expect(failed).toMatchObject({
      failure: { cause: 'canary_failed' },
      outcome: 'v1 stays stopped, as it was before.',
    });
    expect(failed.failure?.evidence.at(-1)).toBe('Nothing of it runs any more: it is stopped.');
    expect(await scene.runs()).toEqual({});
  });

  it('a runtime that lost everything is told of both again, and the step goes on', async () => {
    const shared = await sharing();
    platform.runtime.forget();
    await scene.eventuallyRuns({ 'v1 web': 1, 'v2 web': 1 });
    const { status, canary: progress } = await scene.deployment(shared.id);
    expect([status, progress?.step]).toEqual(['shifting', shared.canary?.step]);
  });

  it('a step that begins anew has all of its time', async () => {
    const shared = await sharing();
    await platform.query(
      `update work_deadline set at = now() + interval '1 hour', due_at = now() + interval '1 hour' where name = $1`,
      [shared.id],
    );
    const { app, database } = platform.service;
    const found = await app.get(DeploymentsRepository).find(database, shared.id);
    if (!found?.canary) throw new Error('There is no canary.');
    const lost = { ...found.canary, since: null, losses: 1 };
    await database.transaction(async (tx) => {
      const locked = await app.get(WorkloadsRepository).lock(tx, scene.id);
      if (locked) await app.get(CanarySteps).goOn(tx, locked, found, lost, 'The route took its weight away');
    });
    const extended = `select name from work_deadline where name = $1 and at > now() + interval '20 hours'`;
    expect(await platform.query(extended, [shared.id])).toEqual([{ name: shared.id }]);
  });
});

describe('no canary', () => {
  it('is the first release, nor one of a workload that runs nothing', async () => {
    await releaseBy(canary([[10, DAY]]));
    expect(await scene.deployLive('one')).toMatchObject({ canary: null });
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    expect(await scene.deployLive('two')).toMatchObject({ canary: null });
  });

  it('is taken where the runtime cannot share requests: refused before anything is stored or built', async () => {
    await scene.deployLive('one');
    await releaseBy(canary([[10, DAY]]));
    platform.runtime.canaries = 'unsupported';
    expect(
      await scene.owner.refusal(
        'PATCH',
        `/v1/workloads/${scene.id}`,
        { strategy: canary([[20, DAY]]) },
        { 'if-match': '*' },
      ),
    ).toEqual({ status: 422, code: 'strategy_not_supported', pointers: ['/strategy/kind'] });
    expect(
      await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/deployments`, { source: { kind: 'git' } }),
    ).toEqual({ status: 422, code: 'strategy_not_supported', pointers: ['/source/kind'] });
    expect(await scene.releases()).toHaveLength(1);
  });

  it('has steps that do not grow', async () => {
    const strategy = canary([
      [50, 1],
      [10, 1],
    ]);
    expect(
      await scene.owner.refusal('PATCH', `/v1/workloads/${scene.id}`, { strategy }, { 'if-match': '*' }),
    ).toMatchObject({ status: 422, pointers: ['/strategy/steps/1/weight'] });
  });
});
