import { type CloudEvent, workloadUsageMeasured } from '@berth/contracts/events';
import type { Costs, Running, Usage, UsageSeries } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Billing, runs } from './support/billing.js';
import { changed, eventOf, instantAt, MeteringApp, type Place, somewhere, web } from './support/metering-app.js';

const HOUR = 3_600_000;
let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const ask = async <Answer = Usage>(place: Place, query: string, path = 'usage') => {
  const token = await app.viewer(place.organizationId);
  const { status, body } = await app.call(`/v1/${path}?organization=${place.organizationId}${query}`, token);
  expect(status).toBe(200);
  return body as unknown as Answer;
};
const between = (from: number, to: number) => `&from=${instantAt(from)}&to=${instantAt(to)}`;
const coreHours = ({ millicoreSeconds }: { millicoreSeconds: string }) => Number(millicoreSeconds) / 3_600_000;

describe('what one process type used', () => {
  const place = somewhere();
  const seen = (processType: string, cores: number) => ({
    ...{ processType, millicoreMilliseconds: String(cores * 1_000 * HOUR) },
    ...{ byteMilliseconds: '0', measuredMilliseconds: HOUR },
  });
  /** Two hours of a web of one core and a worker of two, which was seen to use half of each. */
  const told: CloudEvent[] = [
    changed(place, {
      ...{ version: 1, at: 0 },
      entries: [
        { ...web, cpuMillicores: 1_000 },
        { ...web, processType: 'worker', cpuMillicores: 2_000 },
      ],
    }),
    changed(place, { version: 2, at: 2 * HOUR, entries: [] }),
    eventOf(
      workloadUsageMeasured,
      place.workloadId,
      { ...place, hour: instantAt(0), processes: [seen('web', 0.5), seen('worker', 1)] },
      0,
    ),
  ];
  beforeAll(() => app.tell(...told));

  it('is told apart from what others of its app did, with what was seen of it', async () => {
    const { items, total } = await ask(place, '&by=process&process=worker');
    expect(items.map(({ processType }) => processType)).toEqual(['worker']);
    expect([coreHours(total), total.used && coreHours(total.used)]).toEqual([4, 1]);
    const none = await ask(place, '&by=app&process=cron');
    expect([none.items, coreHours(none.total), none.total.used]).toEqual([[], 0, null]);
  });

  it('is told hour by hour', async () => {
    const { items } = await ask<UsageSeries>(place, `${between(0, 3 * HOUR)}&per=hour&process=worker`, 'usage/series');
    expect(items.map(coreHours)).toEqual([2, 2, 0]);
    expect(items.map(({ used }) => used && coreHours(used))).toEqual([1, null, null]);
  });

  it('costs its share: 4 core-hours x 0.028 = 0.112, 0.5 GiB-hours x 0.007 = 0.0035', async () => {
    const { items, total } = await ask<Costs>(place, '&by=app&process=worker', 'costs');
    expect(items).toMatchObject([{ cpu: '0.1120000000', memory: '0.0035000000', total: '0.1155000000' }]);
    expect(total).toBe('0.11');
  });

  it('ran at a moment', async () => {
    const { items, hour } = await ask<Running>(place, `&at=${instantAt(HOUR)}&process=worker`, 'usage/running');
    expect(items.map(({ processType }) => processType)).toEqual(['worker']);
    expect(coreHours(hour)).toBe(2);
  });
});

describe('the month of a question', () => {
  it('is the one that is billed: its costs are what the invoice charges for usage', async () => {
    const billing = await Billing.of(app);
    const place = somewhere();
    await billing.goTo('2026-10-15T00:00:00.000Z');
    expect((await billing.account(place, { timeZone: 'America/New_York' })).status).toBe(200);
    // In New York October ends at four o'clock of UTC: six of these twelve hours are in it.
    const over = runs(place, '2026-10-31T22:00:00.000Z', '2026-11-01T10:00:00.000Z');
    await billing.tellAt('2026-11-02T00:00:00.000Z', ...over);
    await billing.closeAt('2026-11-05T00:00:00.000Z');
    const [october] = await billing.invoices(place);
    const { from, to, total } = await ask<Costs>(place, '&period=2026-10', 'costs');
    expect([from, to]).toEqual(['2026-10-01T04:00:00.000Z', '2026-11-01T04:00:00.000Z']);
    // 6 x 0.028 = 0.168 -> 0.17; 6 x 0.007 = 0.042 -> 0.04.
    expect([total, october?.told.totals.net]).toEqual(['0.21', '0.21']);
    expect(coreHours((await ask(place, '&period=2026-10')).total)).toBe(6);
    expect(await ask(place, '')).toMatchObject({ from: to, to: '2026-12-01T05:00:00.000Z' });
  });

  it('comes in pieces up to now, the day on which clocks go back with 25 hours, and none of what is to come', async () => {
    const billing = await Billing.of(app);
    const place = somewhere();
    await billing.goTo('2026-11-03T12:00:00.000Z');
    await billing.account(place, { timeZone: 'America/New_York' });
    await app.tell(...runs(place, '2026-10-31T22:00:00.000Z', '2026-11-03T00:00:00.000Z'));
    const pieces = async (query: string) => {
      const { items } = await ask<UsageSeries>(place, `&per=day${query}`, 'usage/series');
      return items.map((each) => [each.from.slice(5, 13), each.to.slice(5, 13), coreHours(each)]);
    };
    const november = [
      ['11-01T04', '11-02T05', 25],
      ['11-02T05', '11-03T05', 19],
      ['11-03T05', '11-03T12', 0],
    ];
    expect(await pieces('')).toEqual(november);
    expect(await pieces('&period=2026-11')).toEqual(november);
    expect((await pieces('&period=2026-10')).at(-1)).toEqual(['10-31T04', '11-01T04', 6]);
    expect(await pieces('&period=2026-12')).toEqual([]);
  });

  it.each(['Asia/Kathmandu', 'America/New_York'])(
    'has a beginning and an end that can be said, in %s',
    async (timeZone) => {
      const [billing, place] = [await Billing.of(app), somewhere()];
      await billing.account(place, { timeZone });
      const token = await app.viewer(place.organizationId);
      const statuses = async (month: string) => {
        const query = `organization=${place.organizationId}&period=${month}`;
        const paths = ['usage', 'costs', 'usage/series'].map((path) => `/v1/${path}?${query}`);
        return Promise.all(paths.map(async (path) => (await app.call(path, token)).status));
      };
      for (const month of ['1000-01', '8999-12']) expect(await statuses(month)).toEqual([200, 200, 200]);
      for (const month of ['0000-01', '9999-12']) expect(await statuses(month)).toEqual([422, 422, 422]);
    },
  );
});
