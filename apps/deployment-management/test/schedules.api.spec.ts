import type { Page } from '@berth/contracts/common';
import type { Schedule, ScheduleRun, Task } from '@berth/contracts/deployment';
import { WorkQueue } from '@berth/reconcile';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SCHEDULES } from '../src/schedules/schedule-queue.js';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let artifacts = 0;

describe('a schedule', () => {
  let platform: Platform;
  let scene: Scene;
  let artifact: string;
  beforeAll(async () => (platform = await Platform.start()));
  beforeEach(async () => {
    scene = await Scene.make(platform);
    artifact = `schedules-${++artifacts}`;
    await scene.deployLive(artifact);
  });
  afterAll(() => platform.close());

  /** Once a year: nothing comes due by itself while a test runs. */
  const yearly = { name: 'report', cron: '0 3 1 1 *', timeZone: 'Europe/Berlin', command: 'node report.js' };
  const path = () => `/v1/workloads/${scene.id}/schedules`;
  const make = (body: object = {}) => scene.owner.post<Schedule>(path(), { ...yearly, ...body });
  const runs = (schedule: Schedule) =>
    scene.owner.get<Page<ScheduleRun>>(`/v1/schedules/${schedule.id}/runs`).then(({ items }) => items);
  const started = () => platform.runtime.tasks.started.filter((each) => each.workloadId === scene.id);
  /** As if its next time had been so long ago. */
  const comesDue = async ({ id }: Schedule, secondsAgo = 1, looks = 1) => {
    await platform.query(`update schedule set next_at = now() - $2 * interval '1 second' where id = $1`, [
      id,
      secondsAgo,
    ]);
    const queue = platform.service.app.get(WorkQueue);
    const look = () => platform.service.database.transaction((tx) => queue.enqueue(tx, SCHEDULES, id));
    await Promise.all(Array.from({ length: looks }, look));
  };
  const untilRuns = (schedule: Schedule, count: number) =>
    eventually(async () => {
      const found = await runs(schedule);
      expect(found).toHaveLength(count);
      return found;
    });

  it('runs its command on the current release when its time has come, and waits for the next', async () => {
    const made = await make({ memoryMib: 64 });
    expect(made).toMatchObject({ ...yearly, suspended: false, nextAt: expect.stringMatching(/-01-01T02:00:00.000Z$/) });
    await comesDue(made);
    const [run] = await untilRuns(made, 1);
    expect(run).toMatchObject({ outcome: 'started', count: 1, reason: null });
    await eventually(async () => expect((await runs(made))[0]).toMatchObject({ status: 'succeeded' }));
    expect(started().map((each) => each.process)).toMatchObject([
      { name: 'task', command: 'node report.js', memoryMib: 64 },
    ]);
    expect(await scene.owner.get<Task>(`/v1/tasks/${run?.taskId}`)).toMatchObject({
      createdBy: 'platform',
      release: 1,
    });
    expect(await scene.owner.get<Schedule>(`/v1/schedules/${made.id}`)).toMatchObject({ nextAt: made.nextAt });
  });

  it('runs once, however many replicas look and however often', async () => {
    const replica = await platform.replica();
    const made = await make();
    await comesDue(made, 1, 5);
    await untilRuns(made, 1);
    await eventually(async () => expect((await runs(made))[0]).toMatchObject({ status: 'succeeded' }));
    expect(started()).toHaveLength(1);
    await replica.close();
  });

  it('is skipped while the run before goes on', async () => {
    platform.runtime.tasks.behave(digestOf(artifact), { kind: 'hangs' });
    const made = await make();
    await comesDue(made, 60);
    const [first] = await untilRuns(made, 1);
    await eventually(() => expect(started()).toHaveLength(1));
    await comesDue(made);
    const [second] = await untilRuns(made, 2);
    expect(second).toMatchObject({
      outcome: 'skipped',
      taskId: null,
      reason: expect.stringContaining(`${first?.taskId}`),
    });
    await scene.owner.post(`/v1/tasks/${first?.taskId}/cancel`);
    await comesDue(made, 30);
    expect((await untilRuns(made, 3))[0]).toMatchObject({ outcome: 'started' });
    await eventually(() => expect(started()).toHaveLength(2));
  });

  it('that nobody was there for was missed, and is not made up for', async () => {
    const made = await make({ cron: '0 * * * *', timeZone: 'UTC' });
    await comesDue(made, 7_200 + 600);
    const [newest, ...older] = await eventually(async () => {
      const found = await runs(made);
      expect(found.at(-1)).toMatchObject({ outcome: 'missed', reason: expect.stringContaining('300 seconds') });
      return found;
    });
    // When the test meets the first minutes of an hour, that hour is in time.
    expect(newest?.outcome === 'started' ? older : [newest, ...older]).toHaveLength(1);
    expect(older.at(-1)?.count ?? newest?.count).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['stopped', () => scene.owner.post(`/v1/workloads/${scene.id}/stop`), 'The workload is stopped.'],
    ['over quota', () => quota(1), 'MiB of memory'],
  ])('is skipped while its workload is %s', async (_name, hinder, reason) => {
    const made = await make();
    await hinder();
    await comesDue(made);
    expect(await untilRuns(made, 1)).toMatchObject([{ outcome: 'skipped', reason: expect.stringContaining(reason) }]);
    expect(started()).toEqual([]);
  });
  const quota = (memoryMib: number) =>
    platform.query('update access_organization set quota = quota || $2::jsonb where organization_id = $1', [
      scene.organizationId,
      { memoryMib },
    ]);

  it('does nothing while it is suspended, and has its next time again afterwards', async () => {
    const made = await make();
    const change = (body: object) => scene.owner.patch<Schedule>(`/v1/schedules/${made.id}`, body, { 'if-match': '*' });
    expect(await change({ suspended: true })).toMatchObject({ suspended: true, nextAt: null });
    expect(await change({ command: 'node other.js' })).toMatchObject({ suspended: true, command: 'node other.js' });
    expect(await change({ suspended: false, cron: '0 4 1 1 *' })).toMatchObject({
      nextAt: expect.stringMatching(/-01-01T03:00:00.000Z$/),
    });
    await comesDue(made);
    await untilRuns(made, 1);
    await eventually(() => expect(started()[0]?.process.command).toBe('node other.js'));
  });

  it('is changed only by whoever knows what it is', async () => {
    const made = await make();
    const one = `/v1/schedules/${made.id}`;
    const stale = await scene.owner.refusal('PATCH', one, { suspended: true }, { 'if-match': '"7"' });
    expect(stale).toMatchObject({ status: 412 });
    expect(await (await scene.member('viewer')).refusal('PATCH', one, {})).toMatchObject({ status: 403 });
    const stranger = (await Scene.make(platform)).owner;
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', '/runs'],
      ['DELETE', ''],
    ] as const)
      expect(await stranger.refusal(method, one + rest)).toMatchObject({ status: 404 });
  });

  it.each([
    [{ cron: 'often' }, '/cron'],
    [{ cron: '0 0 30 2 *' }, '/cron'],
    [{ timeZone: 'Mars/Crater' }, '/timeZone'],
    [{ name: 'No Name' }, '/name'],
    [{ command: '' }, '/command'],
  ])('of %j is refused', async (body, pointer) =>
    expect(await scene.owner.refusal('POST', path(), { ...yearly, ...body })).toMatchObject({
      ...{ status: 422, pointers: [pointer] },
    }),
  );

  it('has a name of its own, and is listed and taken away', async () => {
    const made = await make();
    expect(await scene.owner.refusal('POST', path(), yearly)).toMatchObject({ status: 409, code: 'schedule_exists' });
    const other = await make({ name: 'other' });
    const list = () => scene.owner.get<Page<Schedule>>(`/v1/schedules?workload=${scene.id}`);
    expect((await list()).items.map(({ id }) => id)).toEqual([made.id, other.id]);
    await scene.owner.delete(`/v1/schedules/${made.id}`);
    expect((await list()).items.map(({ id }) => id)).toEqual([other.id]);
    expect(await make()).toMatchObject({ name: 'report' });
  });

  it('ends with its workload', async () => {
    const made = await make();
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await comesDue(made);
    await eventually(async () =>
      expect(await platform.query('select 1 from schedule where id = $1', [made.id])).toEqual([]),
    );
    expect(started()).toEqual([]);
  });
});
