import type { CloudEvent } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OWN_CLUSTER_ID } from '../src/clusters/own-cluster.js';
import { RuntimeConfirmations } from '../src/runtime/runtime-confirmations.js';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { WorkloadChange } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

interface Told {
  readonly allocationVersion: number;
  readonly effectiveAt: string;
  readonly entries: readonly { release: number; processType: string; instances: number; memoryMib: number }[];
}

const act = (action: string) => scene.owner.post<WorkloadChange>(`/v1/workloads/${scene.id}/${action}`);
const told = async (): Promise<Told[]> =>
  (await platform.events(scene.id))
    .filter((each: CloudEvent) => each.type === 'berth.workload.allocation-changed.v1')
    .map((each) => each.data as Told);
const counts = ({ entries }: Told) =>
  Object.fromEntries(entries.map((each) => [`v${each.release} ${each.processType}`, each.instances]));
const ready = async (status: string) =>
  eventually(async () => expect((await scene.now()).conditions).toMatchObject([{ type: 'Ready', status }]));

describe('scaling', () => {
  const processes = [
    { name: 'web', command: 'w' },
    { name: 'worker', command: 'w' },
  ];

  it('changes counts at once, without a release or a deployment', async () => {
    await scene.deployLive('scaled', { processes });
    for (const [web, worker] of [
      [4, 0],
      [2, 1],
      [0, 3],
    ] as const) {
      const change = await scene.scale({ counts: { web, worker } });
      expect(change.deploymentId).toBeNull();
      await scene.eventuallyRuns({
        ...(web > 0 && { 'v1 web': web }),
        ...(worker > 0 && { 'v1 worker': worker }),
      });
    }
    expect(await scene.releases()).toHaveLength(1);
    const audit = await platform.query(
      `select from audit_entry where action = 'workloads:scale' and target->>'id' = $1`,
      [scene.id],
    );
    expect(audit).toHaveLength(3);
  });

  it('keeps the instances that stay', async () => {
    await scene.deployLive('kept');
    const before = (await platform.runtime.observe(scene.id))!.instances[0]!.id;
    await scene.scale({ counts: { web: 3 } });
    await scene.eventuallyRuns({ 'v1 web': 3 });
    expect((await platform.runtime.observe(scene.id))!.instances.map((each) => each.id)).toContain(before);
  });

  it('tells the whole allocation each time, contiguous, never going back in time', async () => {
    await scene.deployLive('told', { processes });
    for (const web of [4, 2]) {
      await scene.scale({ counts: { web, worker: 1 } });
      await eventually(async () => expect(counts((await told()).at(-1)!)).toEqual({ 'v1 web': web, 'v1 worker': 1 }));
    }
    await act('stop');
    await eventually(async () => expect((await told()).at(-1)!.entries).toEqual([]));
    const all = await told();
    expect(all.map((each) => each.allocationVersion)).toEqual(all.map((_, index) => index + 1));
    const instants = all.map((each) => each.effectiveAt);
    expect(instants).toEqual([...instants].sort());
    expect(counts(all[0]!)).toEqual({ 'v1 web': 1 });
  });

  it('of sizes is a release, and the allocation follows when it is live', async () => {
    await scene.deployLive('sized');
    const { deploymentId } = await scene.scale({ sizes: { web: { memoryMib: 512 } } });
    await scene.reaches({ id: deploymentId! }, 'live');
    expect((await scene.releases())[0]).toMatchObject({ number: 2, reason: 'sizes', processes: [{ memoryMib: 512 }] });
    await eventually(async () =>
      expect((await told()).at(-1)!.entries).toMatchObject([{ release: 2, instances: 1, memoryMib: 512 }]),
    );
  });

  it('while a deployment rolls holds for the new release and, if that fails, for the old one', async () => {
    await scene.deployLive('steady');
    scene.behave('doomed', { kind: 'hangs' });
    const rolling = await scene.reaches(await scene.deploy('doomed'), 'rolling');
    await scene.scale({ counts: { web: 3 } });
    await eventually(() =>
      expect(scene.desired).toMatchObject({ release: { number: 2 }, processes: [{ instances: 3 }] }),
    );
    await scene.owner.post(`/v1/deployments/${rolling.id}/cancel`);
    await scene.eventuallyRuns({ 'v1 web': 3 });
  });
});

describe('usage', () => {
  it('of what is deleted ends when it is taken away, not when it was last confirmed', async () => {
    await scene.deployLive('short');
    await eventually(async () => expect(await told()).toHaveLength(1));
    const deletedAt = new Date().toISOString();
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect((await told()).at(-1)!.entries).toEqual([]));
    expect((await told()).at(-1)!.effectiveAt >= deletedAt).toBe(true);
  });

  it('of a deployment that never went live is never told', async () => {
    await scene.deployLive('paid');
    await scene.setDeadlines({ verifying: 1 });
    scene.behave('free', { kind: 'no-route' });
    await scene.reaches(await scene.deploy('free'), 'failed');
    await scene.eventuallyRuns({ 'v1 web': 1 });
    await eventually(async () => expect(counts((await told()).at(-1)!)).toEqual({ 'v1 web': 1 }));
    expect((await told()).flatMap((each) => each.entries).some((each) => each.release === 2)).toBe(false);
  });

  it('goes over from one release to the next without a moment of both or of none', async () => {
    await scene.deployLive('first');
    await scene.deployLive('second');
    await eventually(async () => expect(counts((await told()).at(-1)!)).toEqual({ 'v2 web': 1 }));
    const all = await told();
    const lasting = all.filter((each, index) => each.effectiveAt !== all[index + 1]?.effectiveAt);
    expect(lasting.map(counts)).toEqual([{ 'v1 web': 1 }, { 'v2 web': 1 }]);
  });
});

describe('stop, start and restart', () => {
  it('stop ends every instance and start brings the same release back', async () => {
    await scene.scale({ counts: { web: 2 } });
    await scene.deployLive('stopped');
    expect((await act('stop')).workload.state).toBe('stopped');
    await scene.eventuallyRuns({});
    await eventually(async () => expect((await scene.now()).conditions).toMatchObject([{ reason: 'Stopped' }]));
    const { generation } = await scene.now();
    await act('stop');
    expect((await scene.now()).generation).toBe(generation);
    await act('start');
    await scene.eventuallyRuns({ 'v1 web': 2 });
    expect(await scene.releases()).toHaveLength(1);
  });

  it('restart replaces every instance by the same release', async () => {
    await scene.scale({ counts: { web: 2 } });
    await scene.deployLive('restarted');
    const ids = async () => (await platform.runtime.observe(scene.id))!.instances.map((each) => each.id);
    const before = await ids();
    await act('restart');
    await eventually(async () => {
      const after = await ids();
      expect(after).toHaveLength(2);
      expect(after.some((each) => before.includes(each))).toBe(false);
    });
    expect(await scene.runs()).toEqual({ 'v1 web': 2 });
  });

  it('a deployment starts what was stopped, as soon as it rolls and not before', async () => {
    await scene.deployLive('asleep');
    await act('stop');
    await scene.eventuallyRuns({});
    const requested = await scene.request();
    await platform.builds.started(requested);
    await scene.reaches(requested, 'building');
    expect((await scene.now()).state).toBe('stopped');
    await platform.builds.succeeded(requested, 'awake');
    await scene.reaches(requested, 'live');
    expect((await scene.now()).state).toBe('running');
    expect(await scene.runs()).toEqual({ 'v2 web': 1 });
  });

  it('stopped while a deployment rolls, it goes live stopped', async () => {
    await scene.deployLive('one');
    scene.behave('two-stopped', { kind: 'hangs' });
    const rolling = await scene.reaches(await scene.deploy('two-stopped'), 'rolling');
    await act('stop');
    await scene.reaches(rolling, 'live');
    expect(await scene.now()).toMatchObject({ state: 'stopped', currentRelease: 2 });
    expect(await scene.runs()).toEqual({});
  });
});

describe('the world', () => {
  it('an instance that was killed comes back', async () => {
    await scene.deployLive('killed');
    const before = (await platform.runtime.observe(scene.id))!.instances[0]!.id;
    platform.runtime.kill(scene.id, 'web');
    await scene.eventuallyRuns({ 'v1 web': 1 });
    expect((await platform.runtime.observe(scene.id))!.instances[0]!.id).not.toBe(before);
  });

  it('that forgot everything is told everything again, and the time in between is not billed', async () => {
    await scene.deployLive('forgotten');
    platform.runtime.forget();
    await scene.eventuallyRuns({ 'v1 web': 1 });
    expect(scene.desired?.release.artifact.digest).toBe(digestOf('forgotten'));
    await ready('true');
    const all = await told();
    expect(all.map((each) => each.allocationVersion)).toEqual(all.map((_, index) => index + 1));
  });

  it('that forgot everything: usage ends at the last moment at which it was certain, and begins anew', async () => {
    await scene.deployLive('mortal');
    await ready('true');
    await eventually(async () => expect(await told()).toHaveLength(1));
    const confirmations = platform.service.app.get(RuntimeConfirmations);
    const before = new Date().toISOString();
    await confirmations.confirm(OWN_CLUSTER_ID);
    const after = new Date().toISOString();
    // The platform's own confirmation comes every ten seconds, and might before the loss is noticed.
    const others = jest.spyOn(confirmations, 'confirm').mockResolvedValue(undefined);
    platform.runtime.forget();
    await eventually(async () => expect((await told()).map(counts)).toEqual([{ 'v1 web': 1 }, {}, { 'v1 web': 1 }]));
    others.mockRestore();
    const [, gone, back] = await told();
    expect([before, gone!.effectiveAt, after]).toEqual([before, gone!.effectiveAt, after].sort());
    expect(back!.effectiveAt >= after).toBe(true);
  });

  it('that may have changed unseen confirms nothing but what was looked at since', async () => {
    await scene.deployLive('unseen');
    await ready('true');
    await eventually(async () => expect(await told()).toHaveLength(1));
    // The watch began later than anything can have been looked at, and says that all is as it was seen last.
    const [watch] = await platform.query<{ since: Date }>(
      `update runtime_watch set since = now() + interval '1 hour', confirmed_at = now() + interval '1 hour' returning since`,
    );
    platform.runtime.forget();
    await eventually(async () => expect(await told()).toHaveLength(3));
    expect((await told())[1]!.effectiveAt < watch!.since.toISOString()).toBe(true);
    await platform.service.app.get(RuntimeConfirmations).begin(OWN_CLUSTER_ID);
  });

  it('that forgot everything while a deployment rolls runs what was live first, and goes on then', async () => {
    await scene.deployLive('former');
    scene.behave('slow', { kind: 'hangs' });
    const deployment = await scene.reaches(await scene.deploy('slow'), 'rolling');
    await scene.eventuallyRuns({ 'v1 web': 1, 'v2 web starting': 1 });
    platform.runtime.forget();
    await scene.eventuallyRuns({ 'v1 web': 1, 'v2 web starting': 1 });
    scene.behave('slow', { kind: 'honest' });
    await scene.reaches(deployment, 'live');
    await scene.eventuallyRuns({ 'v2 web': 1 });
  });

  it('that forgot everything and cannot run what was live goes on with the deployment', async () => {
    await scene.deployLive('broken');
    scene.behave('mended', { kind: 'hangs' });
    const deployment = await scene.reaches(await scene.deploy('mended'), 'rolling');
    const trouble = { cause: 'start_failed' as const, message: 'It ended with 1.', evidence: [] };
    scene.behave('broken', { kind: 'fails', trouble });
    scene.behave('mended', { kind: 'honest' });
    platform.runtime.forget();
    await scene.reaches(deployment, 'live');
    await scene.eventuallyRuns({ 'v2 web': 1 });
  });

  it('whose instances go bad after the release was live shows it, and recovers', async () => {
    await scene.deployLive('moody');
    const trouble = { cause: 'health_check_failed' as const, message: 'It answered 500.', evidence: [] };
    scene.behave('moody', { kind: 'fails', trouble });
    await eventually(async () =>
      expect((await scene.now()).conditions).toMatchObject([
        { status: 'false', reason: 'HealthCheckFailed', message: 'It answered 500.' },
      ]),
    );
    await eventually(async () => expect((await told()).at(-1)!.entries).toEqual([]));
    scene.behave('moody', { kind: 'honest' });
    await ready('true');
    await eventually(async () => expect(counts((await told()).at(-1)!)).toEqual({ 'v1 web': 1 }));
    expect((await scene.now()).currentRelease).toBe(1);
  });

  it('that is down while a deployment rolls: it waits, and goes on when the world is back', async () => {
    await scene.deployLive('up');
    platform.runtime.setDown(true);
    const deployment = await scene.deploy('up-again');
    await scene.reaches(deployment, 'rolling');
    await scene.scale({ counts: { web: 2 } });
    platform.runtime.setDown(false);
    await scene.reaches(deployment, 'live');
    await scene.eventuallyRuns({ 'v2 web': 2 });
  });

  it('that stays down: the deployment ends at its deadline, and the old release is what runs afterwards', async () => {
    await scene.deployLive('before');
    await scene.setDeadlines({ rolling: 1 });
    platform.runtime.setDown(true);
    const failed = await scene.reaches(await scene.deploy('never'), 'failed');
    expect(failed.failure).toMatchObject({
      ...{ cause: 'runtime_unavailable', message: expect.stringContaining('until the deadline') },
      evidence: [expect.stringContaining('could not be asked')],
    });
    platform.runtime.setDown(false);
    await scene.eventuallyRuns({ 'v1 web': 1 });
    await eventually(() => expect(scene.desired?.release.number).toBe(1));
  });
});

describe('rest', () => {
  /** Every row of the service's own tables with the transaction that wrote it last. */
  const state = async () => {
    const tables = ['workload', 'deployment', 'release', 'allocation', 'config_version', 'secret_version', 'outbox'];
    const parts = tables.map(
      (table) => `select '${table}' as t, xmin::text as x, md5(${table}::text) as m from ${table}`,
    );
    const rows = await platform.query<{ t: string }>(`${parts.join(' union all ')} order by 1, 3, 2`);
    return { rows: rows.filter((each) => each.t !== 'outbox'), events: (await platform.events()).length };
  };
  /** The reconciler has looked at the workload once more since now. */
  const anotherPass = async (id: string) => {
    const { ReconcileRunner, WorkQueue } = await import('@berth/reconcile');
    const queue = platform.service.app.get(WorkQueue);
    await platform.service.database.transaction((tx) => queue.enqueue(tx, 'workloads', id));
    platform.service.app.get(ReconcileRunner).wake('workloads');
    await eventually(async () => {
      const due = await platform.query(
        `select from work_item i left join work_lease l using (queue, key)
          where i.key = $1 and (i.due_at <= now() or l.key is not null)`,
        [id],
      );
      expect(due).toEqual([]);
    });
  };
  const settledScene = async (name: string) => {
    await scene.scale({ counts: { web: 2 } });
    await scene.deployLive(name);
    await ready('true');
    await eventually(async () => expect((await told()).length).toBeGreaterThan(0));
    await anotherPass(scene.id);
    await eventually(async () => expect(await underWay()).toEqual([]), { within: 50_000 });
  };
  /** Workloads of former tests that are worked at, or will be soon: those at rest are looked at in an hour. */
  const underWay = () =>
    platform.query(
      `select i.key from work_item i left join work_lease l using (queue, key)
        where i.queue = 'workloads' and (i.due_at < now() + interval '10 minutes' or l.key is not null)`,
    );

  it('is without a write: looking again at what is right changes no row and tells nothing', async () => {
    await settledScene('at-rest');
    const before = await state();
    for (let pass = 0; pass < 3; pass++) await anotherPass(scene.id);
    expect(await state()).toEqual(before);
  });

  it('is without a write for what is stopped, never deployed or deleted, too', async () => {
    await settledScene('stopping');
    await act('stop');
    await eventually(async () => expect((await told()).at(-1)!.entries).toEqual([]));
    const fresh = await Scene.make(platform);
    await anotherPass(fresh.id);
    const deleted = await Scene.make(platform);
    await deleted.owner.delete(`/v1/workloads/${deleted.id}`);
    await eventually(async () => expect(await platform.eventTypes(deleted.id)).toContain('workload.deleted'));
    const ids = [scene.id, fresh.id, deleted.id];
    for (const id of ids) await anotherPass(id);
    const before = await state();
    for (const id of [...ids, ...ids]) await anotherPass(id);
    expect(await state()).toEqual(before);
  });

  it('tells the world nothing that it knows', async () => {
    await settledScene('known');
    const applied = platform.runtime.applied.length;
    for (let pass = 0; pass < 3; pass++) await anotherPass(scene.id);
    expect(platform.runtime.applied.length).toBe(applied);
  });
});

describe('two replicas on one database', () => {
  it('move each deployment once, and go on alone when the other leaves', async () => {
    const replica = await platform.replica();
    const scenes = await Promise.all(Array.from({ length: 8 }, () => Scene.make(platform)));
    const rounds = ['a', 'b', 'c'];
    for (const name of rounds) await Promise.all(scenes.map((each) => each.deployLive(`${name}-two`)));
    const leaving = await Promise.all(scenes.map((each) => each.deploy('d-two')));
    await replica.close();
    await Promise.all(scenes.map((each, index) => each.reaches(leaving[index]!, 'live')));
    for (const each of scenes) {
      expect((await each.releases()).map((release) => release.number)).toEqual([4, 3, 2, 1]);
      expect(await each.runs()).toEqual({ 'v4 web': 1 });
      const told = await platform.events(each.id);
      expect(told.map((event) => event.aggregateversion)).toEqual(told.map((_, index) => index + 1));
      const succeeded = await platform.query(
        `select count(*)::int as n from deployment_transition t join deployment d on d.id = t.deployment_id
          where d.workload_id = $1 and t.to_status = 'live'`,
        [each.id],
      );
      expect(succeeded).toEqual([{ n: 4 }]);
    }
  });
});
