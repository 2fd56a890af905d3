import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '@berth/contracts/events';
import type { Budget } from '@berth/contracts/metering';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BudgetWatch } from '../src/budgets/budget-watch.js';
import { Billing, core } from './support/billing.js';
import { changed, MeteringApp, type Place, somewhere, startOfTest } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());
beforeEach(() => billing.goTo('2026-11-10T00:00:00.000Z'));

const watchOf = (service = app.service) => service.app.get(BudgetWatch, { strict: false });
const lookAt = async (instant: string) => {
  await billing.goTo(instant);
  await watchOf().look();
};
/** Runs from midnight of 10 November on: 100 cores and no memory to speak of, 2.80 an hour. */
const runs = (place: Place, version = 1) =>
  changed(place, {
    ...{ version, at: Date.parse('2026-11-10T00:00:00.000Z') - startOfTest },
    entries: [{ ...core, instances: 100, memoryMib: 1 }],
  });

async function spender(organizationId: string, role: 'owner' | 'viewer' | 'billing' = 'billing') {
  const subjectId = randomUUID();
  await app.identity.organization({ id: organizationId });
  await app.identity.member(organizationId, role, { subjectId });
  return app.identity.token({ subjectId, expiresIn: 100_000_000 });
}

async function budgeted(over: object = {}) {
  const place = somewhere();
  const token = await spender(place.organizationId);
  const body = { organizationId: place.organizationId, name: 'All', amount: '28', ...over };
  const { status, body: made } = await app.call('/v1/budgets', token, body);
  expect(status).toBe(201);
  const { id } = made as unknown as Budget;
  const read = async () => {
    const { body: list } = await app.call(`/v1/budgets?organization=${place.organizationId}`, token);
    return (list['items'] as Budget[])[0]!;
  };
  return { place, token, id, read };
}
const told = async (id: string) =>
  (await app.told(id)).map(({ type, data }: CloudEvent) => ({
    type: type.replace(/^berth\.budget\.|\.v1$/g, ''),
    ...(data as object),
  }));

describe('a budget', () => {
  it('tells what is spent, what the month will cost, and each threshold once', async () => {
    const { place, id, read } = await budgeted({ thresholds: [50, 80, 100] });
    await app.tell(runs(place));
    await lookAt('2026-11-10T04:59:00.000Z');
    expect(await told(id)).toEqual([]);
    await lookAt('2026-11-10T05:04:00.000Z');
    expect(await told(id)).toMatchObject([
      { type: 'threshold-crossed', threshold: 50, spent: '14.19', amount: '28.00' },
    ]);
    await lookAt('2026-11-10T06:00:00.000Z');
    // 16.80 in the last day; 498 of the month's hours are left: 16.80 + 16.80 / 24 x 498 = 365.40
    expect(await read()).toMatchObject({
      spent: '16.80',
      forecast: '365.40',
      crossed: [50],
      stage: 'open',
      month: '2026-11',
    });
    await lookAt('2026-11-10T12:00:00.000Z');
    expect((await told(id)).map((each) => (each as { threshold?: number }).threshold)).toEqual([50, 80, 100]);
  });

  it('is watched by two replicas that tell each threshold once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => budgeted()));
    for (const { place } of all) await app.tell(runs(place));
    await billing.goTo('2026-11-10T09:00:00.000Z');
    const second = await app.replica();
    const [mine, theirs] = [watchOf(), watchOf(second)];
    await Promise.all([mine.look(), theirs.look(), mine.look(), theirs.look()]);
    await second.close();
    for (const { id } of all)
      expect((await told(id)).map((each) => (each as { threshold?: number }).threshold)).toEqual([50, 80]);
  });

  it('of a project or an environment counts that part alone', async () => {
    const { place, token } = await budgeted();
    const other = somewhere({ organizationId: place.organizationId, projectId: place.projectId });
    const { organizationId, projectId, environmentId } = place;
    const make = async (over: object) =>
      (await app.call('/v1/budgets', token, { organizationId, name: 'Part', amount: '1000', ...over })).body['id'];
    const [project, environment] = [await make({ projectId }), await make({ projectId, environmentId })];
    await app.tell(runs(place), runs(other));
    await lookAt('2026-11-10T10:00:00.000Z');
    const { body } = await app.call(`/v1/budgets?organization=${organizationId}`, token);
    const spent = new Map((body['items'] as Budget[]).map((each) => [each.id, each.spent]));
    // Memory: 100 MiB for 10 hours are 0.0068 -> 0.01
    expect([spent.get(String(project)), spent.get(String(environment))]).toEqual(['56.01', '28.01']);
  });

  it('begins anew with the month of the account', async () => {
    const { place, id, read } = await budgeted({ thresholds: [100] });
    await billing.account(place, { timeZone: 'Asia/Kathmandu' });
    await app.tell(runs(place));
    await lookAt('2026-11-30T18:14:00.000Z');
    expect(await read()).toMatchObject({ month: '2026-11', crossed: [100] });
    // Midnight in Kathmandu is at 18:15 UTC.
    await lookAt('2026-11-30T18:20:00.000Z');
    expect(await read()).toMatchObject({ month: '2026-12', crossed: [] });
    await lookAt('2026-12-01T18:20:00.000Z');
    expect((await told(id)).map((each) => (each as { month?: string }).month)).toEqual(['2026-11', '2026-12']);
  });
});

describe('a cap', () => {
  it('warns, then stops previews, then the rest but production, then production; and lets go when it is raised', async () => {
    const { place, token, id, read } = await budgeted({ thresholds: [], isCap: true, graceMinutes: 30 });
    await app.tell(runs(place));
    for (const time of ['09:55', '10:01', '10:20', '10:35', '11:06', '11:37', '12:30'])
      await lookAt(`2026-11-10T${time}:00.000Z`);
    expect(await told(id)).toMatchObject([
      { type: 'exhausted', stops: [], stopsNext: ['preview'], stopsNextAt: '2026-11-10T10:31:00.000Z' },
      { type: 'exhausted', stops: ['preview'], stopsNext: ['development', 'staging'] },
      { type: 'exhausted', stops: ['development', 'staging'], stopsNext: ['production'] },
      { type: 'exhausted', stops: ['production'], stopsNext: [], stopsNextAt: null },
    ]);
    expect((await read()).stage).toBe('production');
    expect((await app.patch(`/v1/budgets/${id}`, token, { amount: '1000' })).status).toBe(200);
    await lookAt('2026-11-10T12:31:00.000Z');
    expect((await told(id)).at(-1)).toMatchObject({ type: 'cleared', amount: '1000.00' });
    expect((await read()).stage).toBe('open');
  });

  it('lets go when it is deleted, and tells nothing when it had stopped nothing', async () => {
    const [spent, unspent] = [
      await budgeted({ isCap: true, thresholds: [] }),
      await budgeted({ isCap: true, thresholds: [] }),
    ];
    await app.tell(runs(spent.place));
    await lookAt('2026-11-10T11:00:00.000Z');
    for (const { id, token } of [spent, unspent])
      expect((await app.remove(`/v1/budgets/${id}`, token)).status).toBe(204);
    expect((await told(spent.id)).map(({ type }) => type)).toEqual(['exhausted', 'cleared']);
    expect(await told(unspent.id)).toEqual([]);
    expect((await app.remove(`/v1/budgets/${spent.id}`, spent.token)).status).toBe(404);
  });
});

describe('budgets', () => {
  it('are read by members, changed by those who spend, and unknown to others', async () => {
    const { place, id } = await budgeted();
    const viewer = await spender(place.organizationId, 'viewer');
    const stranger = await spender(randomUUID(), 'owner');
    const list = `/v1/budgets?organization=${place.organizationId}`;
    expect((await app.call(list, viewer)).status).toBe(200);
    expect((await app.call(list, stranger)).status).toBe(404);
    for (const [token, status] of [
      [viewer, 403],
      [stranger, 404],
    ] as const) {
      expect((await app.patch(`/v1/budgets/${id}`, token, { name: 'Mine' })).status).toBe(status);
      expect((await app.remove(`/v1/budgets/${id}`, token)).status).toBe(status);
    }
  });

  it.each([
    ['an amount of nothing', { amount: '0' }],
    ['more decimals than the currency', { amount: '1.001' }],
    ['a threshold twice', { thresholds: [50, 50] }],
    ['an environment without its project', { environmentId: randomUUID() }],
    ['no grace', { graceMinutes: 0 }],
  ])('with %s are refused', async (_name, over) => {
    const organizationId = randomUUID();
    const token = await spender(organizationId, 'owner');
    expect((await app.call('/v1/budgets', token, { organizationId, name: 'x', amount: '1', ...over })).status).toBe(
      422,
    );
  });
});

describe('an estimate', () => {
  const body = { before: [], after: [{ instances: 1, cpuMillicores: 1_000, memoryMib: 1 }] };
  const token = (scopes: string[]) => app.identity.token({ scopes, expiresIn: 100_000_000 });

  it('is for every token whose scopes hold the reading of costs, and for no other', async () => {
    expect((await app.call('/v1/costs/estimate', await token(['costs:read']), body)).status).toBe(200);
    expect((await app.call('/v1/costs/estimate', await token(['costs:*']), body)).status).toBe(200);
    expect((await app.call('/v1/costs/estimate', await token(['apps:read']), body)).status).toBe(403);
  });
});
