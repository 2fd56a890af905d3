import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment } from './fixtures/types.js';

const web = { name: 'web', command: 'node server.js' };
const withRelease = { processes: [web, { name: 'release', command: 'node migrate.js' }] };
/** Another artifact each time: what the world does to it is said of it alone. */
let artifacts = 0;
const fresh = (): string => `release-command-${++artifacts}`;

describe('the release command', () => {
  let platform: Platform;
  let scene: Scene;
  beforeAll(async () => (platform = await Platform.start()));
  beforeEach(async () => (scene = await Scene.make(platform)));
  afterAll(() => platform.close());

  const behave = (name: string, behaviour: Parameters<typeof platform.runtime.tasks.behave>[1]) =>
    platform.runtime.tasks.behave(digestOf(name), behaviour);
  const started = () => platform.runtime.tasks.started.filter((each) => each.workloadId === scene.id);
  const untilRuns = (count: number) => eventually(() => expect(started()).toHaveLength(count));
  const leftOf = (taskId: string) => platform.runtime.observeTask(scene.id, taskId);
  /** v1 serves, and a deployment of v2 waits for its command. */
  const hanging = async (): Promise<Deployment> => {
    await scene.deployLive(fresh());
    const name = fresh();
    behave(name, { kind: 'hangs' });
    const deployment = await scene.deploy(name, withRelease);
    await untilRuns(1);
    return deployment;
  };
  const taskEvents = async () =>
    (await platform.events()).filter(
      ({ type, data }) => type.startsWith('berth.task.') && (data as { workloadId: string }).workloadId === scene.id,
    );

  it('runs once on the new release, before any of its instances, and then traffic moves', async () => {
    await scene.deployLive(fresh());
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { GREETING: 'hello' } });
    await eventually(async () => expect((await scene.now()).currentRelease).toBe(2));
    const name = fresh();
    behave(name, { kind: 'hangs' });
    const deployment = await scene.deploy(name, withRelease);
    await untilRuns(1);
    expect(started()[0]).toMatchObject({
      release: { number: 3, artifact: { digest: digestOf(name) } },
      process: { name: 'release', command: 'node migrate.js' },
      environment: { GREETING: 'hello' },
    });
    expect(await scene.deployment(deployment.id)).toMatchObject({ status: 'preparing' });
    expect(scene.desired?.release.number).toBe(2);
    behave(name, { kind: 'ends', code: 0 });
    const live = await scene.reaches(deployment, 'live');
    expect(started()).toHaveLength(1);
    expect(await scene.runs()).toEqual({ 'v3 web': 1 });
    expect(live.timeline.map(({ message }) => message)).toContain('Running the release command: node migrate.js');
    await eventually(async () => expect(await leftOf(started()[0]!.taskId)).toBeNull());
  });

  it('that fails ends the deployment with its code and its last lines, and the former release keeps serving', async () => {
    await scene.deployLive(fresh());
    const name = fresh();
    behave(name, { kind: 'ends', code: 3 });
    const failed = await scene.reaches(await scene.deploy(name, withRelease), 'failed');
    expect(failed).toMatchObject({
      failure: { cause: 'release_command_failed', nextStep: expect.stringContaining('release command') },
      outcome: 'v1 keeps serving.',
    });
    expect(failed.failure?.message).toContain('exit code 3');
    expect(failed.failure?.evidence[0]).toContain('exit code 3');
    expect(failed.failure?.evidence.join()).toContain('> ran node migrate.js');
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
    expect(platform.runtime.applied.filter((each) => each.release.artifact.digest === digestOf(name))).toEqual([]);
    await eventually(async () => expect(await leftOf(started()[0]!.taskId)).toBeNull());
    const finished = (await taskEvents()).at(-1);
    expect(finished).toMatchObject({ type: 'berth.task.finished.v1', data: { status: 'failed', exitCode: 3 } });
  });

  it('that cannot start says why, at once', async () => {
    const name = fresh();
    const trouble = { cause: 'image_needs_root' as const, message: 'It runs as root.', evidence: ['uid 0'] };
    behave(name, { kind: 'stuck', trouble });
    const failed = await scene.reaches(await scene.deploy(name, withRelease), 'failed');
    expect(failed).toMatchObject({ failure: { cause: 'image_needs_root' }, outcome: 'Nothing was live before.' });
    expect(await scene.runs()).toEqual({});
  });

  it('that overruns its own deadline, which is not that of preparing, is ended with what was seen of it', async () => {
    await scene.setDeadlines({ preparing: 200, releaseCommand: 300 });
    const deployment = await hanging();
    const { taskId } = started()[0]!;
    await eventually(async () => {
      const [task] = await platform.query<{ seen: string }>('select seen::text from task where id = $1', [taskId]);
      expect(task?.seen).toContain('ran node migrate.js');
    });
    // Of the two deadlines only its own is left.
    const left = await platform.query<{ name: string }>('select name from work_deadline where key = $1', [scene.id]);
    expect(left).toEqual([{ name: taskId }]);
    await platform.overrun(taskId);
    const failed = await scene.reaches(deployment, 'failed');
    expect(failed.failure).toMatchObject({ cause: 'timeout', message: expect.stringContaining('300 seconds') });
    expect(failed.failure?.evidence.join()).toContain('> ran node migrate.js');
    await eventually(async () => expect(await leftOf(started()[0]!.taskId)).toBeNull());
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
  });

  it('is ended when the deployment is cancelled', async () => {
    const deployment = await hanging();
    await scene.owner.post(`/v1/deployments/${deployment.id}/cancel`);
    await eventually(async () => expect(await leftOf(started()[0]!.taskId)).toBeNull());
    expect(await scene.deployment(deployment.id)).toMatchObject({ status: 'cancelled', outcome: 'v1 keeps serving.' });
    expect((await taskEvents()).at(-1)).toMatchObject({ data: { status: 'cancelled', exitCode: null } });
  });

  it('is ended when the workload is deleted, which waits for that', async () => {
    await hanging();
    const { taskId } = started()[0]!;
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect(await platform.eventTypes(scene.id)).toContain('workload.deleted'));
    expect(await leftOf(taskId)).toBeNull();
  });

  it('that the runtime lost is not run again: the deployment fails', async () => {
    const deployment = await hanging();
    await eventually(async () => expect((await taskEvents()).length).toBe(1));
    platform.runtime.forget();
    const failed = await scene.reaches(deployment, 'failed');
    expect(failed.failure).toMatchObject({ cause: 'release_command_failed', message: expect.stringContaining('lost') });
    expect(started()).toHaveLength(1);
    await scene.eventuallyRuns({ 'v1 web': 1 });
  });

  it('does not keep what serves from being looked after', async () => {
    const deployment = await hanging();
    await scene.scale({ counts: { web: 3 } });
    await scene.eventuallyRuns({ 'v1 web': 3 });
    await scene.owner.post(`/v1/deployments/${deployment.id}/cancel`);
  });

  it('runs for another config and for a rollback, and not for other sizes', async () => {
    await scene.deployLive(fresh(), withRelease);
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { A: '1' } });
    await eventually(async () => expect((await scene.now()).currentRelease).toBe(2));
    expect(started()).toHaveLength(2);
    await scene.scale({ sizes: { web: { memoryMib: 128 } } });
    await eventually(async () => expect((await scene.now()).currentRelease).toBe(3));
    expect(started()).toHaveLength(2);
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect(started()).toHaveLength(3);
  });

  it('may be named by the workload, and by its own size', async () => {
    await scene.scale({ sizes: { release: { command: './migrate', memoryMib: 64 } } });
    await scene.deployLive(fresh());
    expect(started().map((each) => each.process)).toEqual([
      { name: 'release', command: './migrate', cpuMillicores: 250, memoryMib: 64 },
    ]);
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
  });

  it('has no instances', async () => {
    const refused = await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, { counts: { release: 1 } });
    expect(refused).toEqual({ status: 422, code: 'validation_failed', pointers: ['/counts/release'] });
  });

  it('is started once by two replicas', async () => {
    const replica = await platform.replica();
    await scene.deployLive(fresh(), withRelease);
    await scene.deployLive(fresh(), withRelease);
    expect(started()).toHaveLength(2);
    await replica.close();
  });
});
