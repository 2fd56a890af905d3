import { randomUUID } from 'node:crypto';
import type { Sleep } from '@berth/contracts/deployment';
import type { Allocation } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SLEEP } from '../src/sleep/sleep-queue.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const always = { timeZone: 'Europe/Berlin', awake: [{ days, from: '00:00', until: '24:00' }] };
const never = { timeZone: 'Europe/Berlin', awake: [] };

describe('an environment that sleeps', () => {
  let platform: Platform;
  let scene: Scene;
  let path: string;
  beforeAll(async () => (platform = await Platform.start()));
  beforeEach(async () => {
    scene = await Scene.make(platform);
    path = `/v1/environments/${scene.environment.id}/sleep`;
    await scene.deployLive('asleep');
  });
  afterAll(() => platform.close());

  const set = async (hours: object, as = scene.owner) => (await as.send<Sleep>('PUT', path, hours)).body;
  const wake = (seconds = 3_600, as = scene.owner) =>
    as.post<Sleep>(`/v1/environments/${scene.environment.id}/wake`, { seconds });
  /** As if time had passed, or the hours had always been these. */
  const later = async (change: string) => {
    await platform.query(`update environment_sleep set ${change} where environment_id = $1`, [scene.environment.id]);
    const queue = platform.service.app.get(WorkQueue);
    await platform.service.database.transaction((tx) => queue.enqueue(tx, SLEEP, scene.environment.id));
  };
  const told = async () =>
    (await platform.events(scene.id))
      .filter(({ type }) => type === 'berth.workload.allocation-changed.v1')
      .map(({ data }) => (data as Allocation).entries.length);

  it('runs nothing, costs nothing, says so, and runs again as before when it wakes', async () => {
    await scene.scale({ counts: { web: 2 } });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    expect(await set(never)).toEqual({
      ...{ environmentId: scene.environment.id, ...never, awakeUntil: null, isAsleep: true },
    });
    await scene.eventuallyRuns({});
    await eventually(async () => expect((await told()).at(-1)).toBe(0));
    await eventually(async () =>
      expect(await scene.now()).toMatchObject({
        ...{ state: 'stopped', counts: { web: 2 } },
        conditions: [{ type: 'Ready', status: 'false', reason: 'Asleep' }],
      }),
    );
    expect(await set(always)).toMatchObject({ isAsleep: false });
    await scene.eventuallyRuns({ 'v1 web': 2 });
    await eventually(async () => expect((await told()).at(-1)).toBe(1));
  });

  it('falls asleep and wakes by itself when its hours say so', async () => {
    await set(always);
    await later(`awake = '[]'`);
    await scene.eventuallyRuns({});
    await later(`awake = '${JSON.stringify(always.awake)}'`);
    await scene.eventuallyRuns({ 'v1 web': 1 });
    // The look that woke it may not have ended yet.
    await eventually(async () => {
      const [item] = await platform.query<{ seconds: number }>(
        `select extract(epoch from due_at - now())::float8 as seconds from work_item where queue = 'sleep' and key = $1`,
        [scene.environment.id],
      );
      expect(item?.seconds).toBeLessThanOrEqual(3_600);
    });
  });

  it('is woken for a while by whoever may start what is in it, and sleeps again', async () => {
    await set(never);
    await scene.eventuallyRuns({});
    const developer = await scene.member('developer');
    expect(await wake(3_600, developer)).toMatchObject({ isAsleep: false, awakeUntil: expect.any(String) });
    await scene.eventuallyRuns({ 'v1 web': 1 });
    await later('awake_until = now()');
    await scene.eventuallyRuns({});
  });

  it('leaves what was stopped by hand stopped, and what a budget stops', async () => {
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await scene.eventuallyRuns({});
    await set(never);
    await set(always);
    expect(await scene.now()).toMatchObject({ state: 'stopped' });
    await scene.owner.post(`/v1/workloads/${scene.id}/start`);
    await scene.eventuallyRuns({ 'v1 web': 1 });
    const budget = randomUUID();
    await platform.query(
      `insert into budget_stop (budget_id, environment_kind, organization_id) values ($1, 'production', $2)`,
      [budget, scene.organizationId],
    );
    await set(never);
    await scene.eventuallyRuns({});
    await set(always);
    expect(await scene.now()).toMatchObject({ state: 'stopped' });
    await platform.query('delete from budget_stop where budget_id = $1', [budget]);
  });

  it('lets nothing else in its organization sleep', async () => {
    const app = await scene.owner.post<{ id: string }>('/v1/environments', {
      ...{ projectId: scene.project.id, slug: 'other', kind: 'staging' },
    });
    const other = await scene.owner.post<{ id: string }>('/v1/workloads', {
      ...{ appId: scene.app.id, environmentId: app.id },
    });
    await set(never);
    expect(await scene.now()).toMatchObject({ state: 'stopped' });
    expect(await scene.owner.get(`/v1/workloads/${other.id}`)).toMatchObject({ state: 'running' });
  });

  it('takes a release that runs when it wakes', async () => {
    await set(never);
    await scene.eventuallyRuns({});
    await scene.deployLive('while-asleep');
    expect(await scene.runs()).toEqual({});
    await set(always);
    await scene.eventuallyRuns({ 'v2 web': 1 });
  });

  it('in which a deployment is cancelled wakes as it was', async () => {
    await set(never);
    await scene.eventuallyRuns({});
    const waiting = await scene.request();
    await scene.owner.post(`/v1/deployments/${waiting.id}/cancel`);
    await set(always);
    await scene.eventuallyRuns({ 'v1 web': 1 });
  });

  it('keeps its place in the quota: it must be able to wake', async () => {
    await platform.query(
      `update access_organization set quota = quota || '{"memoryMib": 600}' where organization_id = $1`,
      [scene.organizationId],
    );
    await set(never);
    await scene.scale({ counts: { web: 2 } });
    const refused = await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, { counts: { web: 3 } });
    expect(refused).toMatchObject({ status: 409, code: 'quota_exceeded' });
  });

  it('is awake for ever when it has no hours any more', async () => {
    await set(never);
    await scene.eventuallyRuns({});
    await scene.owner.delete(path);
    await scene.eventuallyRuns({ 'v1 web': 1 });
    expect(await scene.owner.refusal('GET', path)).toMatchObject({ status: 404 });
    expect(await scene.owner.refusal('DELETE', path)).toMatchObject({ status: 404 });
    const wakes = `/v1/environments/${scene.environment.id}/wake`;
    expect(await scene.owner.refusal('POST', wakes, { seconds: 60 })).toMatchObject({ status: 404 });
  });

  it.each([
    [{ timeZone: 'Mars/Crater', awake: [] }, '/timeZone'],
    [{ timeZone: 'UTC', awake: [{ days, from: '19:00', until: '08:00' }] }, '/awake/0/until'],
    [{ timeZone: 'UTC', awake: [{ days: ['someday'], from: '08:00', until: '19:00' }] }, '/awake/0/days/0'],
    [{ timeZone: 'UTC', awake: [{ days: [], from: '08:00', until: '19:00' }] }, '/awake/0/days'],
  ])('of %j is refused', async (body, pointer) =>
    expect(await scene.owner.refusal('PUT', path, body)).toMatchObject({ status: 422, pointers: [pointer] }),
  );

  it('has hours that administrators set and others see', async () => {
    expect(await (await scene.member('developer')).refusal('PUT', path, never)).toMatchObject({ status: 403 });
    await set(always);
    expect(await (await scene.member('viewer')).get(path)).toMatchObject({ isAsleep: false });
    expect(await (await Scene.make(platform)).owner.refusal('GET', path)).toMatchObject({ status: 404 });
  });
});
