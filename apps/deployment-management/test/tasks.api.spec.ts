import type { Page } from '@berth/contracts/common';
import type { Task } from '@berth/contracts/deployment';
import type { Allocation } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let artifacts = 0;

describe('a task', () => {
  let platform: Platform;
  let scene: Scene;
  /** The artifact of the release that is live. */
  let artifact: string;
  beforeAll(async () => (platform = await Platform.start()));
  beforeEach(async () => {
    scene = await Scene.make(platform);
    artifact = `tasks-${++artifacts}`;
    await scene.deployLive(artifact);
  });
  afterAll(() => platform.close());

  const behave = (behaviour: Parameters<typeof platform.runtime.tasks.behave>[1]) =>
    platform.runtime.tasks.behave(digestOf(artifact), behaviour);
  const run = (body: object = {}) =>
    scene.owner.post<Task>(`/v1/workloads/${scene.id}/tasks`, { command: 'node seed.js', ...body });
  const now = (task: Task) => scene.owner.get<Task>(`/v1/tasks/${task.id}`);
  const reaches = (task: Task, status: Task['status'], within = 30_000) =>
    eventually(
      async () => {
        const found = await now(task);
        expect(found.status).toBe(status);
        return found;
      },
      { within },
    );
  const hanging = async (body: object = {}): Promise<Task> => {
    behave({ kind: 'hangs' });
    return reaches(await run(body), 'running');
  };
  const started = () => platform.runtime.tasks.started.filter((each) => each.workloadId === scene.id);
  const isGone = (task: Task) =>
    eventually(async () => expect(await platform.runtime.observeTask(scene.id, task.id)).toBeNull());
  const logOf = async (task: Task, headers: Record<string, string> = {}) => {
    const { body } = await scene.owner.send<string>('GET', `/v1/tasks/${task.id}/logs`, undefined, headers);
    return [...body.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name, data]) => [
      name,
      JSON.parse(data ?? '') as { text?: string; cursor?: string; status?: string },
    ]);
  };
  /** What was told of tasks: how many ran, and since when. */
  const told = async (): Promise<[count: number, at: string][]> =>
    (await platform.events(scene.id))
      .filter(({ type }) => type === 'berth.workload.allocation-changed.v1')
      .map(({ data }) => data as Allocation)
      .map(({ entries, effectiveAt }) => [
        entries.filter((each) => each.processType === 'task').reduce((sum, each) => sum + each.instances, 0),
        effectiveAt,
      ]);

  it('runs once on the current release with its config, and says how it ended', async () => {
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { GREETING: 'hello' } });
    await eventually(async () => expect((await scene.now()).currentRelease).toBe(2));
    const answer = await scene.owner.send<Task>('POST', `/v1/workloads/${scene.id}/tasks`, {
      ...{ command: 'node seed.js', memoryMib: 64 },
    });
    expect(answer).toMatchObject({ status: 202, body: { status: 'queued', release: 2, exitCode: null } });
    expect(answer.headers.get('location')).toBe(`/v1/tasks/${answer.body.id}`);
    const ended = await reaches(answer.body, 'succeeded');
    expect(ended).toMatchObject({ exitCode: 0, failure: null, deploymentId: null, process: 'task' });
    expect(started()).toMatchObject([
      {
        environment: { GREETING: 'hello' },
        process: { name: 'task', command: 'node seed.js', cpuMillicores: 250, memoryMib: 64 },
      },
    ]);
    await isGone(ended);
    expect(await scene.runs()).toEqual({ 'v2 web': 1 });
  });

  it('that fails keeps its code and its last lines after nothing of it is left', async () => {
    behave({ kind: 'ends', code: 3 });
    const failed = await reaches(await run(), 'failed');
    expect(failed).toMatchObject({ exitCode: 3, failure: { cause: 'task_failed' } });
    expect(failed.failure?.evidence.join()).toContain('> ran node seed.js');
    await isGone(failed);
    platform.runtime.setDown(true);
    const log = await logOf(failed);
    platform.runtime.setDown(false);
    expect(log).toMatchObject([
      ['line', { text: 'ran node seed.js' }],
      ['end', { status: 'failed' }],
    ]);
    const cursor = log[0]?.[1] as { cursor: string };
    expect(await logOf(failed, { 'last-event-id': cursor.cursor })).toMatchObject([['end', { status: 'failed' }]]);
  });

  it('is followed while it runs, through its end', async () => {
    const task = await hanging();
    const { instance } = await eventually(async () => {
      const seen = await now(task);
      expect(seen.instance).not.toBeNull();
      return seen;
    });
    const log = logOf(task);
    platform.runtime.journal.print(scene.id, { process: 'web', text: 'of another' });
    platform.runtime.journal.print(scene.id, { process: 'task', instance: instance ?? '', text: 'half way' });
    await eventually(async () => {
      const rows = await platform.query<{ text: string }>('select output::text as text from task where id = $1', [
        task.id,
      ]);
      expect(rows[0]?.text).toContain('ran node seed.js');
    });
    behave({ kind: 'ends', code: 0 });
    const texts = (await log).map(([name, data]) => (name === 'line' ? (data as { text: string }).text : name));
    expect(texts).toEqual(['ran node seed.js', 'half way', 'end']);
  });

  it('is in the allocation from when it ran until it ended, by the clock of the runtime', async () => {
    const task = await hanging({ cpuMillicores: 100, memoryMib: 32 });
    const observed = await platform.runtime.observeTask(scene.id, task.id);
    await eventually(async () => expect((await told()).at(-1)).toEqual([1, observed?.startedAt]));
    await scene.scale({ counts: { web: 2 } });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    await eventually(async () => expect(await told()).toHaveLength(3));
    expect((await told()).at(-1)?.[0]).toBe(1);
    await scene.owner.post(`/v1/tasks/${task.id}/cancel`);
    await isGone(task);
    expect((await told()).map(([count]) => count)).toEqual([0, 1, 1, 0]);
  });

  it('that began and ended between two looks is in it, too', async () => {
    const task = await reaches(await run(), 'succeeded');
    await isGone(task);
    expect((await told()).map(([count]) => count)).toEqual([0, 1, 0]);
  });

  it('runs while its workload is stopped', async () => {
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await scene.eventuallyRuns({});
    await reaches(await run(), 'succeeded');
  });

  it('that overruns its deadline is ended with what was seen of it', async () => {
    behave({ kind: 'hangs' });
    const task = await run({ deadlineSeconds: 1 });
    const ended = await reaches(task, 'timeout', 30_000);
    expect(ended.failure).toMatchObject({ cause: 'timeout', message: 'It did not end within 1 seconds.' });
    await isGone(task);
  });

  it('is cancelled once, by whom it may be', async () => {
    const task = await hanging();
    const path = `/v1/tasks/${task.id}/cancel`;
    expect(await (await scene.member('viewer')).refusal('POST', path)).toMatchObject({ status: 403 });
    expect(await (await Scene.make(platform)).owner.refusal('POST', path)).toMatchObject({ status: 404 });
    expect(await scene.owner.post<Task>(path)).toMatchObject({ status: 'cancelled', exitCode: null, failure: null });
    expect(await scene.owner.refusal('POST', path)).toMatchObject({ status: 409, code: 'task_ended' });
    await isGone(task);
  });

  it('that the runtime lost is not run again', async () => {
    const task = await hanging();
    platform.runtime.forget();
    expect(await reaches(task, 'lost')).toMatchObject({ failure: { cause: 'task_failed' } });
    expect(started()).toHaveLength(1);
    await scene.eventuallyRuns({ 'v1 web': 1 });
    await eventually(async () => expect((await told()).at(-1)?.[0]).toBe(0));
  });

  it('that can never start says why', async () => {
    behave({ kind: 'stuck', trouble: { cause: 'image_denied', message: 'No.', evidence: ['403'] } });
    expect(await reaches(await run(), 'failed')).toMatchObject({ exitCode: null, failure: { cause: 'image_denied' } });
  });

  it('is ended when its workload is deleted, which waits for that', async () => {
    const task = await hanging();
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect(await platform.eventTypes(scene.id)).toContain('workload.deleted'));
    expect(await platform.runtime.observeTask(scene.id, task.id)).toBeNull();
    expect((await told()).at(-1)?.[0]).toBe(0);
  });

  it('neither starts nor goes on when a budget is spent', async () => {
    const task = await hanging();
    const stop = (budget: string) =>
      platform.query(
        `insert into budget_stop (budget_id, environment_kind, organization_id) values ($1, 'production', $2)`,
        [budget, scene.organizationId],
      );
    await stop(task.id);
    await eventually(async () => expect(await now(task)).toMatchObject({ status: 'cancelled' }));
    expect(await now(task)).toMatchObject({ failure: { cause: 'cancelled' } });
    const refused = await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/tasks`, { command: 'true' });
    expect(refused).toMatchObject({ status: 409, code: 'workload_barred' });
    await platform.query('delete from budget_stop where budget_id = $1', [task.id]);
  });

  it('takes its place in the quota until it ends', async () => {
    await platform.query(
      `update access_organization set quota = quota || '{"memoryMib": 1000}' where organization_id = $1`,
      [scene.organizationId],
    );
    const task = await hanging({ memoryMib: 600 });
    const path = `/v1/workloads/${scene.id}`;
    expect(await scene.owner.refusal('POST', `${path}/tasks`, { command: 'a', memoryMib: 200 })).toMatchObject({
      ...{ status: 409, code: 'quota_exceeded' },
    });
    expect(await scene.owner.refusal('POST', `${path}/scale`, { counts: { web: 2 } })).toMatchObject({
      ...{ status: 409, code: 'quota_exceeded' },
    });
    await scene.owner.post(`/v1/tasks/${task.id}/cancel`);
    await scene.scale({ counts: { web: 2 } });
  });

  it('is listed newest first, a page at a time', async () => {
    const first = await reaches(await run(), 'succeeded');
    const second = await reaches(await run(), 'succeeded');
    const page = await scene.owner.get<Page<Task>>(`/v1/tasks?workload=${scene.id}&limit=1`);
    expect(page.items.map(({ id }) => id)).toEqual([second.id]);
    const rest = await scene.owner.get<Page<Task>>(`/v1/tasks?workload=${scene.id}&cursor=${page.next}`);
    expect(rest.items.map(({ id }) => id)).toEqual([first.id]);
  });

  it('of a workload that never ran is refused', async () => {
    const other = await Scene.make(platform);
    const refused = await other.owner.refusal('POST', `/v1/workloads/${other.id}/tasks`, { command: 'true' });
    expect(refused).toMatchObject({ status: 409, code: 'workload_never_deployed' });
  });

  it('is disposed of when its time is over, and not before', async () => {
    const task = await reaches(await run(), 'succeeded');
    await isGone(task);
    const [deadline] = await platform.query<{ days: number }>(
      'select extract(epoch from at - now()) / 86400 as days from work_deadline where name = $1',
      [task.id],
    );
    expect(Math.round(Number(deadline?.days))).toBe(30);
    await platform.overrun(task.id);
    const path = `/v1/tasks/${task.id}`;
    await eventually(async () => expect(await scene.owner.refusal('GET', path)).toMatchObject({ status: 404 }));
  });
});
