import type { Cause } from '@berth/contracts/common';
import type { ConfigChange, Environment } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment, Workload } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const cancel = (deployment: { id: string }) => scene.owner.post<Deployment>(`/v1/deployments/${deployment.id}/cancel`);
const statuses = (deployment: Deployment) => deployment.timeline.map((each) => each.to);
/** The world runs v1 again, and was told so last. */
const servesV1 = async () => {
  await eventually(async () => {
    expect(scene.desired?.release.number).toBe(1);
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
  });
  expect(await scene.now()).toMatchObject({ currentRelease: 1, activeDeploymentId: null });
};

describe('a deployment that succeeds', () => {
  it('replaces the release before, which is then retired', async () => {
    const first = await scene.deployLive('one');
    const second = await scene.deployLive('two');
    expect(second).toMatchObject({ release: 2, outcome: null });
    expect(await scene.deployment(first.id)).toMatchObject({ status: 'retired', endedAt: expect.any(String) });
    expect(await scene.runs()).toEqual({ 'v2 web': 1 });
    expect(await scene.now()).toMatchObject({ currentRelease: 2, activeDeploymentId: null });
  });

  it('of the same artifact replaces all instances all the same', async () => {
    await scene.deployLive('same');
    const [before] = (await platform.runtime.observe(scene.id))!.instances;
    await scene.deployLive('same');
    const [after] = (await platform.runtime.observe(scene.id))!.instances;
    expect(after).toMatchObject({ releaseHash: before!.releaseHash, release: 2 });
    expect(after!.id).not.toBe(before!.id);
  });

  it('is on trial until it was found live: until then the runtime holds what it replaces', async () => {
    const told = () => scene.toldStates.map(({ release, onTrial }) => [release.number, onTrial ?? false]);
    const wanted: [number, boolean][] = [];
    for (const number of [1, 2]) {
      await scene.deployLive(`trial-${number}`);
      wanted.push([number, true], [number, false]);
      await eventually(() => expect(told()).toEqual(wanted));
    }
    await scene.scale({ counts: { web: 2 } });
    await eventually(() => expect(told()).toEqual([...wanted, [2, false]]));
  });

  it('without a web process goes live without a route', async () => {
    const processes = [{ name: 'worker', command: 'node worker.js' }];
    await scene.scale({ counts: { worker: 2 } });
    scene.behave('headless', { kind: 'no-route' });
    await scene.deployLive('headless', { processes });
    expect(await scene.runs()).toEqual({ 'v1 worker': 2 });
  });

  it('drops a process type that the new release has no more', async () => {
    await scene.scale({ counts: { worker: 1 } });
    await scene.deployLive('both', {
      processes: [
        { name: 'web', command: 'w' },
        { name: 'worker', command: 'w' },
      ],
    });
    expect(await scene.runs()).toEqual({ 'v1 web': 1, 'v1 worker': 1 });
    await scene.deployLive('web-only');
    expect(await scene.runs()).toEqual({ 'v2 web': 1 });
  });

  it('whose build told nothing before its result goes live too', async () => {
    const requested = await scene.request();
    await platform.builds.succeeded(requested, 'silent');
    expect(statuses(await scene.reaches(requested, 'live'))).not.toContain('building');
  });

  it('hears everything about its build twice and does it once', async () => {
    const requested = await scene.request();
    const told = [await platform.builds.started(requested), await platform.builds.succeeded(requested, 'twice')];
    for (const event of told) await platform.builds.again(event);
    for (const event of told) await platform.builds.again({ ...event, id: crypto.randomUUID() });
    await scene.reaches(requested, 'live');
    for (const event of told) await platform.builds.again({ ...event, id: crypto.randomUUID() });
    await scene.deployLive('next');
    expect((await scene.releases()).map((each) => each.number)).toEqual([2, 1]);
  });
});

describe('a deployment that fails', () => {
  const causes: Cause[] = ['start_failed', 'crash_loop', 'out_of_memory', 'port_not_bound', 'health_check_failed'];
  it.each(causes)('by %s says so with evidence and the next step, and v1 keeps serving', async (cause) => {
    await scene.deployLive('good');
    const name = `bad-${cause}`;
    const trouble = { cause, message: 'It ended with 3.', evidence: ['boom', 'x'.repeat(5_000)] };
    scene.behave(name, { kind: 'fails', trouble });
    const failed = await scene.reaches(await scene.deploy(name), 'failed');
    expect(failed.failure).toMatchObject({ cause, message: 'It ended with 3.' });
    expect(failed.failure!.evidence[0]).toBe('boom');
    expect(failed.failure!.nextStep.length).toBeGreaterThan(10);
    expect(failed.outcome).toBe('v1 keeps serving.');
    await servesV1();
    const [event] = (await platform.events(failed.id)).filter((each) => each.type.includes('failed'));
    expect(event?.data).toMatchObject({ cause, phase: 'rolling' });
  });

  it.each([
    ['quota_exceeded', 'QuotaExceeded'],
    ['unschedulable', 'Unschedulable'],
  ] as const)(
    'for want of room (%s) does so at its deadline, and goes live when there is room before',
    async (cause, reason) => {
      await scene.deployLive('good');
      const trouble = { cause, message: 'No room.', evidence: ['pods=3, limited: pods=3'] };
      scene.behave('crowded', { kind: 'fails', trouble });
      const waits = async () => {
        const rolling = await scene.deploy('crowded');
        await eventually(async () =>
          expect((await scene.now()).conditions).toMatchObject([{ status: 'false', reason }]),
        );
        return scene.reaches(rolling, 'rolling');
      };
      const late = await waits();
      await eventually(async () => {
        const [row] = await platform.query<{ seen: object }>('select seen from deployment where id = $1', [late.id]);
        expect(row?.seen).toMatchObject({ failure: { cause } });
      });
      await platform.overrun(late.id);
      const { failure } = await scene.reaches(late, 'failed');
      expect(failure).toMatchObject({ cause, evidence: trouble.evidence });
      await servesV1();
      const inTime = await waits();
      scene.behave('crowded', { kind: 'honest' });
      await scene.owner.post(`/v1/workloads/${scene.id}/restart`);
      await scene.reaches(inTime, 'live');
    },
  );

  it('while it builds ends with the cause of its build', async () => {
    await scene.deployLive('good');
    await eventually(() => expect(scene.desired).not.toHaveProperty('onTrial'));
    const told = scene.toldStates;
    const requested = await scene.request();
    await platform.builds.started(requested);
    await platform.builds.failed(requested, 'build_failed');
    const failed = await scene.reaches(requested, 'failed');
    expect(failed).toMatchObject({ failure: { cause: 'build_failed', evidence: ['npm ERR! no'] }, release: null });
    expect(scene.toldStates).toEqual(told);
    await servesV1();
  });

  it('for the first time leaves nothing behind', async () => {
    scene.behave('bad-first', { kind: 'fails', trouble: { cause: 'crash_loop', message: 'no', evidence: [] } });
    const failed = await scene.reaches(await scene.deploy('bad-first'), 'failed');
    expect(failed.outcome).toBe('Nothing was live before.');
    await eventually(async () => expect(await platform.runtime.observe(scene.id)).toBeNull());
    await eventually(async () =>
      expect((await scene.now()).conditions).toMatchObject([
        { type: 'Ready', status: 'false', reason: 'NeverDeployed' },
      ]),
    );
    scene.behave('bad-first', { kind: 'honest' });
    await scene.deployLive('bad-first');
  });

  it('because the runtime does not run its kind of artifact does so before an instance is touched', async () => {
    Object.assign(platform.runtime, { artifactKinds: ['slug'] });
    const failed = await scene.reaches(await scene.deploy('an-image', { kind: 'image' }), 'failed');
    Object.assign(platform.runtime, { artifactKinds: ['slug', 'image'] });
    expect(failed.failure?.cause).toBe('image_invalid');
    expect(scene.desired).toBeUndefined();
  });
});

describe('a world that lies', () => {
  beforeEach(async () => void (await scene.deployLive('good')));

  const lies = [
    ['never becomes ready', { kind: 'hangs' }, 'rolling'],
    ['keeps the old instances too', { kind: 'keeps-old' }, 'rolling'],
    ['runs another artifact', { kind: 'lies', artifactDigest: digestOf('other') }, 'rolling'],
    ['has no route', { kind: 'no-route' }, 'verifying'],
  ] as const;
  it.each(lies)('and %s is never believed: the deployment ends at its deadline', async (_, behaviour, phase) => {
    const name = `lie-${behaviour.kind}`;
    scene.behave(name, behaviour);
    const deployment = await scene.reaches(await scene.deploy(name), phase);
    // It was looked at, and not believed: what is seen is written down by a pass that found it not live yet.
    await eventually(async () => {
      const [row] = await platform.query<{ seen: object }>('select seen from deployment where id = $1', [
        deployment.id,
      ]);
      expect(row?.seen).not.toBeNull();
    });
    await platform.overrun(deployment.id);
    const failed = await scene.reaches(deployment, 'failed');
    expect(statuses(failed).at(-2)).toBe(phase);
    expect(failed.failure).toMatchObject({ cause: 'timeout' });
    expect(failed.failure!.evidence.length).toBeGreaterThan(0);
    await servesV1();
  });
});

describe('deadlines', () => {
  it('end what waits for a build slot, and what builds, too long', async () => {
    await scene.setDeadlines({ buildSlot: 1 });
    const waiting = await scene.reaches(await scene.request(), 'failed');
    expect(waiting.failure).toMatchObject({ cause: 'timeout' });
    expect(Date.parse(waiting.endedAt!) - Date.parse(waiting.createdAt)).toBeGreaterThanOrEqual(1_000);

    await scene.setDeadlines({ buildSlot: 600, building: 1 });
    const requested = await scene.request();
    await platform.builds.started(requested);
    const building = await scene.reaches(requested, 'failed');
    expect(statuses(building)).toEqual(['queued', 'building', 'failed']);
    const [event] = (await platform.events(building.id)).filter((each) => each.type.includes('failed'));
    expect(event?.data).toMatchObject({ cause: 'timeout', phase: 'building', buildId: requested.buildId });
    await platform.builds.succeeded(requested, 'too-late');
    await scene.setDeadlines({ building: 600 });
    await scene.deployLive('in-time');
    expect((await scene.deployment(building.id)).status).toBe('failed');
  });

  it('do not end what only waits for the deployment before it', async () => {
    await scene.deployLive('good');
    scene.behave('slow', { kind: 'hangs' });
    const slow = await scene.reaches(await scene.deploy('slow'), 'rolling');
    const next = await scene.deploy('patient');
    const deadlines = async () =>
      (await platform.query<{ name: string }>('select name from work_deadline where key = $1', [scene.id])).map(
        ({ name }) => name,
      );
    await eventually(async () => expect(await deadlines()).toEqual([slow.id]));
    expect((await scene.deployment(next.id)).status).toBe('building');
    await platform.overrun(slow.id);
    await scene.reaches(slow, 'failed');
    expect((await scene.reaches(next, 'live')).release).toBe(3);
  });

  it('leave no overdue work', async () => {
    await scene.deployLive('kept');
    const due = await platform.query('select from work_deadline where key = $1', [scene.id]);
    expect(due).toEqual([]);
  });
});

describe('several deployments of one workload', () => {
  it('a newer one supersedes what is queued or building, and cancels its build', async () => {
    const queued = await scene.request();
    const building = await scene.request();
    await platform.builds.started(building);
    await scene.reaches(building, 'building');
    const last = await scene.deploy('last');
    await scene.reaches(last, 'live');
    for (const [older, newer] of [
      [queued, building],
      [building, last],
    ] as const) {
      expect((await scene.deployment(older.id)).status).toBe('superseded');
      const event = (await platform.events(older.id)).at(-1);
      expect(event?.data).toMatchObject({ buildId: older.buildId, byDeploymentId: newer.id });
    }
    await platform.builds.succeeded(building, 'too-late');
    await scene.deployLive('later');
    expect(await scene.releases()).toHaveLength(2);
  });

  it('the second waits while the first rolls, and then rolls by itself', async () => {
    scene.behave('rolls', { kind: 'hangs' });
    const first = await scene.reaches(await scene.deploy('rolls'), 'rolling');
    const second = await scene.deploy('waits');
    const third = await scene.deploy('waits-too');
    await scene.reaches(second, 'superseded');
    await scene.reaches(third, 'building');
    scene.behave('rolls', { kind: 'honest' });
    await scene.reaches(third, 'live');
    expect((await scene.deployment(first.id)).status).toBe('retired');
    expect((await scene.releases()).map((each) => each.number)).toEqual([2, 1]);
  });

  it('requested all at once leave one that goes live, and every other superseded', async () => {
    await scene.deployLive('first');
    const changes = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        scene.owner.patch<ConfigChange>(`/v1/config/${scene.id}`, { set: { [`N${index}`]: '1' } }),
      ),
    );
    const last = changes.toSorted((a, b) => a.version - b.version).at(-1)!;
    await scene.reaches({ id: last.deploymentId! }, 'live');
    await eventually(async () => {
      const all = await Promise.all(changes.map((each) => scene.deployment(each.deploymentId!)));
      expect(all.every((each) => ['live', 'retired', 'superseded'].includes(each.status))).toBe(true);
    });
    expect(Object.keys(scene.desired!.environment)).toHaveLength(6);
  });
});

describe('cancelling', () => {
  const reach: [string, () => Promise<Deployment>][] = [
    ['queued', () => scene.request()],
    [
      'building',
      async () => {
        const requested = await scene.request();
        await platform.builds.started(requested);
        return scene.reaches(requested, 'building');
      },
    ],
    [
      'rolling',
      async () => {
        scene.behave('stuck', { kind: 'hangs' });
        return scene.reaches(await scene.deploy('stuck'), 'rolling');
      },
    ],
    [
      'verifying',
      async () => {
        scene.behave('unrouted', { kind: 'no-route' });
        return scene.reaches(await scene.deploy('unrouted'), 'verifying');
      },
    ],
  ];
  it.each(reach)('in %s ends it and leaves the release before serving', async (phase, make) => {
    await scene.deployLive('good');
    const deployment = await make();
    const answer = await cancel(deployment);
    expect(answer).toMatchObject({ status: 'cancelled', outcome: 'v1 keeps serving.', endedAt: expect.any(String) });
    expect(answer.timeline.at(-1)).toMatchObject({ from: phase, to: 'cancelled', actor: scene.ownerId });
    const event = (await platform.events(deployment.id)).at(-1);
    expect(event).toMatchObject({
      type: 'berth.deployment.cancelled.v1',
      data: { phase, buildId: deployment.buildId },
    });
    await servesV1();
    await scene.deployLive('afterwards');
  });

  it('meets the step that goes live at the workload, in one order of locks', async () => {
    scene.behave('meeting', { kind: 'no-route' });
    const { id } = await scene.reaches(await scene.deploy('meeting'), 'verifying');
    await platform.service.database.transaction(async (request) => {
      await request.query('select from workload where id = $1 for update', [scene.id]);
      scene.behave('meeting', { kind: 'honest' });
      await eventually(async () => {
        const waiting = await platform.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(waiting.length).toBeGreaterThan(0);
      });
      await request.query('select from deployment where id = $1 for update nowait', [id]);
    });
    await scene.reaches({ id }, 'live');
  });

  it('again and again while it goes on ends it once, one way or the other', async () => {
    await scene.deployLive('v-0');
    for (let round = 0; round < 12; round++) {
      const deployment = await scene.deploy(`round-${round}`);
      const tries = await Promise.all(
        Array.from({ length: 4 }, () => scene.owner.send('POST', `/v1/deployments/${deployment.id}/cancel`)),
      );
      expect(tries.every((each) => [200, 409].includes(each.status))).toBe(true);
      const ended = await eventually(async () => {
        const found = await scene.deployment(deployment.id);
        expect(found.endedAt).not.toBeNull();
        return found;
      });
      expect(ended.timeline.filter((each) => ['live', 'cancelled'].includes(each.to))).toHaveLength(1);
      expect(tries.filter((each) => each.status === 200)).toHaveLength(ended.status === 'cancelled' ? 1 : 0);
    }
    const { currentRelease } = await scene.now();
    await scene.eventuallyRuns({ [`v${currentRelease} web`]: 1 });
  });
});

describe('rollback and promotion', () => {
  it('rolls back artifact, config, secret versions and sizes, but neither counts nor host', async () => {
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { MODE: 'old' } });
    await scene.owner.patch(`/v1/secrets/${scene.id}`, { set: { TOKEN: 'old-token' } });
    await scene.deployLive('old');
    const { hosts } = scene.desired!;
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { MODE: 'new' } });
    await scene.owner.patch(`/v1/secrets/${scene.id}`, { set: { TOKEN: 'new-token' } });
    const sized = await scene.scale({ sizes: { web: { cpuMillicores: 500, memoryMib: 512 } }, counts: { web: 3 } });
    await scene.reaches({ id: sized.deploymentId! }, 'live');
    await scene.deployLive('new');
    expect(scene.desired).toMatchObject({ environment: { MODE: 'new', TOKEN: 'new-token' } });

    const rollback = await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    const [release, ...former] = await scene.releases();
    expect(release).toMatchObject({ number: rollback.release, reason: 'rollback to v1' });
    expect(release!.hash).toBe(former.at(-1)!.hash);
    expect(scene.desired).toMatchObject({
      environment: { MODE: 'old', TOKEN: 'old-token' },
      release: { artifact: { digest: digestOf('old') } },
      processes: [{ name: 'web', instances: 3, cpuMillicores: 250, memoryMib: 256 }],
      hosts,
    });
  });

  it('rolls back to nothing that never was live', async () => {
    scene.behave('dud', { kind: 'fails', trouble: { cause: 'crash_loop', message: 'no', evidence: [] } });
    await scene.reaches(await scene.deploy('dud'), 'failed');
    const refusal = await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/deployments`, {
      source: { kind: 'release', number: 1 },
    });
    expect(refusal).toEqual({ status: 422, code: 'release_never_live', pointers: ['/source/number'] });
  });

  it('promotes the same artifact with the config and sizes of where it goes', async () => {
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { WHERE: 'production' } });
    const staging = await scene.owner.post<Environment>('/v1/environments', {
      projectId: scene.project.id,
      slug: 'staging',
      kind: 'staging',
    });
    const other = await scene.owner.post<Workload>('/v1/workloads', {
      appId: scene.app.id,
      environmentId: staging.id,
    });
    await scene.owner.patch(`/v1/config/${other.id}`, { set: { WHERE: 'staging', DEBUG: '1' } });
    await scene.owner.post(`/v1/workloads/${other.id}/scale`, { sizes: { web: { memoryMib: 64 } } });
    const requested = await scene.owner.post<Deployment>(`/v1/workloads/${other.id}/deployments`, {
      source: { kind: 'git' },
    });
    await platform.builds.succeeded(requested, 'promoted', { commit: 'abc' });
    await scene.reaches(requested, 'live');

    const promoted = await scene.request({ kind: 'promote', workloadId: other.id, number: 1 });
    await scene.reaches(promoted, 'live');
    expect((await scene.releases())[0]).toMatchObject({ reason: 'promotion', commit: 'abc' });
    expect(scene.desired).toMatchObject({
      environment: { WHERE: 'production' },
      release: { artifact: { digest: digestOf('promoted') } },
      processes: [{ memoryMib: 256 }],
    });
    expect(Object.keys(scene.desired!.environment)).toEqual(['WHERE']);
  });
});
