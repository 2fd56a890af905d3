import type { EnvironmentCosts } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Billing, core, runs } from './support/billing.js';
import { changed, MeteringApp, type Place, somewhere, startOfTest } from './support/metering-app.js';
import { VolumeOf } from './support/volumes.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

const TENTH = '2026-11-10T00:00:00.000Z';
const NOW = '2026-11-20T12:00:00.000Z';
const since = (place: Place, from: string, instances = 1) =>
  changed(place, { version: 1, at: Date.parse(from) - startOfTest, entries: [{ ...core, instances }] });
const costsOf = async ({ organizationId }: Place, more = '', token = billing.administrator) => {
  const { status, body } = await app.call(`/v1/costs/environments?organization=${organizationId}${more}`, token);
  return { status, ...(body as EnvironmentCosts) };
};
const amountsOf = ({ items }: Pick<EnvironmentCosts, 'items'>, { environmentId }: Place) => {
  const found = items.find((each) => each.environmentId === environmentId);
  return found && [found.soFar, found.perDay, found.unpriced];
};
/** A book that charges for cores alone: the first 300 core-hours of the organization are free, each of the others is 0.10. */
const coresAlone = async (): Promise<unknown> => {
  const free = { quantity: '300', of: 'organization' };
  const cpu = { id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.1' }, free };
  const body = { name: `cores-${somewhere().appId.slice(0, 8)}`, currency: 'EUR', prices: { rates: [cpu] } };
  return (await billing.administer('price-books', body)).body['id'];
};

describe('costs of environments', () => {
  it('are what the month cost so far, and a day of what is there now', async () => {
    const runsOn = somewhere();
    const ended = somewhere({ organizationId: runsOn.organizationId });
    const twice = somewhere({ organizationId: runsOn.organizationId, projectId: runsOn.projectId });
    const events = [since(runsOn, TENTH), ...runs(ended, TENTH, '2026-11-11T00:00:00.000Z'), since(twice, NOW, 2)];
    await billing.tellAt(NOW, ...events);
    const costs = await costsOf(runsOn);
    expect(costs).toMatchObject({
      ...{ month: '2026-11', from: '2026-11-01T00:00:00.000Z', countedUntil: NOW, waitingWorkloads: 0, next: null },
      ...{ currency: 'EUR', priceBook: 'default' },
    });
    // 252 h x 0.035 = 8.82; 24 h x 0.035 = 0.84
    expect(amountsOf(costs, runsOn)).toEqual(['8.8200000000', '0.8400000000', []]);
    expect(amountsOf(costs, ended)).toEqual(['0.8400000000', '0.0000000000', []]);
    expect(amountsOf(costs, twice)).toEqual(['0.0000000000', '1.6800000000', []]);
  });

  it('leave out what came before this month of the account, and what was used in it counts until now', async () => {
    const place = somewhere();
    await billing.account(place, { timeZone: 'America/New_York' });
    await billing.tellAt('2026-12-01T06:00:00.000Z', since(place, TENTH));
    const costs = await costsOf(place);
    expect([costs.month, costs.from]).toEqual(['2026-12', '2026-12-01T05:00:00.000Z']);
    expect(amountsOf(costs, place)).toEqual(['0.0350000000', '0.8400000000', []]);
  });

  it('go on with allowances where the month is, and name what no rate is for', async () => {
    const [place, priceBookId] = [somewhere(), await coresAlone()];
    await billing.goTo('2026-11-19T00:00:00.000Z');
    await billing.account(place, { priceBookId });
    const volume = new VolumeOf(place).becomes(10, TENTH);
    await billing.tellAt(NOW, since(place, TENTH), volume);
    // 252 h are free; of the next 24 h, all: 276
    expect(amountsOf(await costsOf(place), place)).toEqual(['0.0000000000', '0.0000000000', ['memory', 'storage']]);
    await billing.goTo('2026-11-22T00:00:00.000Z');
    // 288 h are free; of the next 24 h, 12: 12 x 0.10
    expect(amountsOf(await costsOf(place), place)!.slice(0, 2)).toEqual(['0.0000000000', '1.2000000000']);
    await billing.goTo('2026-11-23T00:00:00.000Z');
    expect(amountsOf(await costsOf(place), place)!.slice(0, 2)).toEqual(['1.2000000000', '2.4000000000']);
  });

  it('count volumes, also where nothing runs', async () => {
    const place = somewhere();
    const prices = {
      rates: [{ id: 'disk', name: 'Disk', metric: 'storage', pricing: { kind: 'per-unit', price: '0.001' } }],
    };
    const name = `disk-${place.appId.slice(0, 8)}`;
    const { body: book } = await billing.administer('price-books', { name, currency: 'EUR', prices });
    await billing.goTo('2026-11-19T00:00:00.000Z');
    await billing.account(place, { priceBookId: book['id'] });
    await billing.tellAt(NOW, new VolumeOf(place).becomes(10, '2026-11-20T02:00:00.000Z'));
    expect(amountsOf(await costsOf(place), place)).toEqual(['0.1000000000', '0.2400000000', []]);
    const body = { organization: place.organizationId, before: [], after: [] };
    const estimate = { ...body, storage: { beforeMib: 1_024, afterMib: 10_240 } };
    const { body: estimated } = await app.call('/v1/costs/estimate', billing.administrator, estimate);
    // 730 h x 0.001 x 1 and 10 GiB
    expect(estimated).toMatchObject({ before: '0.73', after: '7.30', difference: '6.57' });
  });

  it('take the prices that hold by then', async () => {
    const place = somewhere();
    await billing.goTo('2026-11-19T00:00:00.000Z');
    const { body: books } = await app.call('/v1/price-books', billing.administrator);
    const priceBookId = (books['items'] as { id: string; name: string }[]).find(({ name }) => name === 'default')!.id;
    const rate = (metric: string, price: string) => ({
      ...{ id: metric, name: metric, metric, pricing: { kind: 'per-unit', price } },
    });
    const terms = { rates: [rate('cpu', '1'), rate('memory', '0')] };
    const agreement = {
      organizationId: place.organizationId,
      priceBookId,
      validFrom: '2026-11-21T00:00:00.000Z',
      terms,
    };
    expect((await billing.administer('agreements', agreement)).status).toBe(201);
    await billing.tellAt(NOW, since(place, NOW));
    // 12 h x 0.035 = 0.42, and 12 h x 1
    expect(amountsOf(await costsOf(place), place)).toEqual(['0.0000000000', '12.4200000000', []]);
  });

  it('are of a project, in pages, and of one’s own organization', async () => {
    const [place, elsewhere] = [somewhere(), somewhere()];
    const neighbour = somewhere({ organizationId: place.organizationId });
    await billing.tellAt(NOW, since(place, TENTH), since(neighbour, TENTH), since(elsewhere, TENTH));
    const token = await app.viewer(place.organizationId);
    const idsOf = (costs: EnvironmentCosts) => costs.items.map(({ environmentId }) => environmentId);
    expect(idsOf(await costsOf(place, `&project=${place.projectId}`, token))).toEqual([place.environmentId]);
    const first = await costsOf(place, '&limit=1', token);
    const second = await costsOf(place, `&limit=1&cursor=${first.next}`, token);
    expect([...idsOf(first), ...idsOf(second)].sort()).toEqual([place.environmentId, neighbour.environmentId].sort());
    expect(second.next).toBeNull();
    expect((await costsOf(elsewhere, '', token)).status).toBe(404);
  });
});
