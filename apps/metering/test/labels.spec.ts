import { appLabelled, type CloudEvent, environmentLabelled, workloadUsageMeasured } from '@berth/contracts/events';
import type { Costs, Usage, UsageSeries } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changed, eventOf, instantAt, MeteringApp, type Place, somewhere, web } from './support/metering-app.js';

const HOUR = 3_600_000;
let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

/** Ten hours of one core. */
const runs = (place: Place) => [
  changed(place, { version: 1, at: 0, entries: [{ ...web, cpuMillicores: 1_000 }] }),
  changed(place, { version: 2, at: 10 * HOUR, entries: [] }),
];
const labelled = (
  kind: 'app' | 'environment',
  { organizationId, projectId, appId, environmentId }: Place,
  version: number,
  hour: number,
  labels: Record<string, string>,
): CloudEvent => {
  const stated = Object.entries(labels).map(([key, value]) => ({ key, value }));
  const said = { organizationId, projectId, labels: stated, labelledAt: instantAt(hour * HOUR) };
  const event =
    kind === 'app'
      ? eventOf(appLabelled, appId, { ...said, appId }, 0)
      : eventOf(environmentLabelled, environmentId, { ...said, environmentId }, 0);
  return { ...event, aggregateversion: version };
};
const ask = async <Answer = Usage>(place: Place, query: string, path = '/v1/usage') => {
  const token = await app.viewer(place.organizationId);
  return (await app.call(`${path}?organization=${place.organizationId}${query}`, token)).body as Answer;
};
const coreHours = (millicoreSeconds: string): number => Number(millicoreSeconds) / 3_600_000;
const byLabel = async (place: Place, key: string, more = '') =>
  Object.fromEntries(
    (await ask(place, `&by=label&labelKey=${key}${more}`)).items.map(({ label, millicoreSeconds }) => [
      String(label),
      coreHours(millicoreSeconds),
    ]),
  );

describe('usage by label', () => {
  it('is told apart by what held while it was used, and never counts back', async () => {
    const place = somewhere();
    await app.tell(
      ...runs(place),
      ...[labelled('app', place, 1, 2, { team: 'shop' }), labelled('app', place, 2, 5, { team: 'store' })],
      labelled('app', place, 3, 9, {}),
    );
    expect(await byLabel(place, 'team')).toEqual({ null: 3, shop: 3, store: 4 });
    expect(await byLabel(place, 'tier')).toEqual({ null: 10 });
  });

  it('takes the label of the app, and where it has none that of the environment', async () => {
    const place = somewhere();
    await app.tell(
      ...runs(place),
      ...[labelled('environment', place, 1, 1, { team: 'platform' }), labelled('app', place, 1, 4, { team: 'shop' })],
      labelled('app', place, 2, 6, { tier: 'gold' }),
    );
    expect(await byLabel(place, 'team')).toEqual({ null: 1, shop: 2, platform: 7 });
    expect(await byLabel(place, 'tier')).toEqual({ null: 6, gold: 4 });
  });

  it('is the same in whatever order and however often it is told', async () => {
    const place = somewhere();
    const [first, second] = [
      labelled('app', place, 1, 2, { team: 'shop' }),
      labelled('app', place, 2, 5, { team: 'store' }),
    ];
    await app.tell(second, ...runs(place), first, second, first);
    expect(await byLabel(place, 'team')).toEqual({ null: 2, shop: 3, store: 5 });
  });

  it('gains nothing by a clock that went back', async () => {
    const place = somewhere();
    await app.tell(
      ...runs(place),
      ...[labelled('app', place, 1, 5, { team: 'shop' }), labelled('app', place, 2, 3, { team: 'store' })],
      labelled('app', place, 3, 7, { team: 'depot' }),
    );
    expect(await byLabel(place, 'team')).toEqual({ null: 5, store: 2, depot: 3 });
  });

  it('adds up to all of it, over apps, stretches and pages', async () => {
    const [place, stranger] = [somewhere(), somewhere()];
    const beside = somewhere({ organizationId: place.organizationId, environmentId: place.environmentId });
    await app.tell(
      ...[...runs(place), ...runs(beside), ...runs(stranger)],
      ...[labelled('environment', place, 1, 0, { team: 'platform' }), labelled('app', beside, 1, 5, { team: 'shop' })],
      labelled('app', { ...stranger, organizationId: place.organizationId }, 1, 0, { team: 'thief' }),
    );
    expect(await byLabel(place, 'team')).toEqual({ platform: 15, shop: 5 });
    expect(await byLabel(stranger, 'team')).toEqual({ null: 10 });
    const within = `&from=${instantAt(4 * HOUR)}&to=${instantAt(6 * HOUR)}`;
    expect(await byLabel(place, 'team', within)).toEqual({ platform: 3, shop: 1 });
    const first = await ask(place, '&by=label&labelKey=team&limit=1');
    const rest = await ask(place, `&by=label&labelKey=team&limit=1&cursor=${first.next}`);
    expect([first, rest].map(({ items }) => items.map(({ label }) => label))).toEqual([['platform'], ['shop']]);
    expect([first, rest].map(({ total }) => coreHours(total.millicoreSeconds))).toEqual([20, 20]);
  });

  it('of one value is what had it, told apart as is asked', async () => {
    const place = somewhere();
    const beside = somewhere({ organizationId: place.organizationId });
    await app.tell(...runs(place), ...runs(beside), labelled('app', place, 1, 4, { team: 'shop' }));
    const { items, total } = await ask(place, '&by=app&labelKey=team&labelValue=shop');
    expect(items.map(({ appId, millicoreSeconds }) => [appId, coreHours(millicoreSeconds)])).toEqual([
      [place.appId, 6],
    ]);
    expect(coreHours(total.millicoreSeconds)).toBe(6);
  });

  it('of one value comes hour by hour', async () => {
    const place = somewhere();
    const said = [labelled('app', place, 1, 2, { team: 'shop' }), labelled('app', place, 2, 5, { team: 'store' })];
    await app.tell(...runs(place), ...said);
    const hours = `&from=${instantAt(0)}&to=${instantAt(7 * HOUR)}&per=hour`;
    const query = `${hours}&labelKey=team&labelValue=shop`;
    const { items } = await ask<UsageSeries>(place, query, '/v1/usage/series');
    expect(items.map(({ millicoreSeconds }) => coreHours(millicoreSeconds))).toEqual([0, 0, 1, 1, 1, 0, 0]);
  });

  it('has what was seen to be used beside it, by the label that each hour began with', async () => {
    const place = somewhere();
    const seen = {
      processType: 'web',
      millicoreMilliseconds: '1000',
      byteMilliseconds: '0',
      measuredMilliseconds: HOUR,
    };
    const hours = [0, 1, 2, 3].map((hour) =>
      eventOf(
        workloadUsageMeasured,
        place.workloadId,
        { ...place, hour: instantAt(hour * HOUR), processes: [seen] },
        0,
      ),
    );
    await app.tell(...runs(place), ...hours, labelled('app', place, 1, 2.5, { team: 'shop' }));
    const { items, total } = await ask(place, '&by=label&labelKey=team');
    expect(items.map(({ label, used }) => [label, used?.instanceSeconds])).toEqual([
      [null, '10800'],
      ['shop', '3600'],
    ]);
    expect(total.used?.instanceSeconds).toBe('14400');
  });

  it.each([
    ['by=label', ['?labelKey']],
    ['labelValue=shop', ['?labelKey']],
    ['labelKey=team', ['?labelKey']],
    ['by=label&labelKey=Team', ['?labelKey']],
    ['by=label&labelKey=team&labelValue=two%20words', ['?labelValue']],
  ])('is not asked for by %s', async (query, pointers) => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const { status, body } = await app.call(`/v1/usage?organization=${place.organizationId}&${query}`, token);
    expect(status).toBe(422);
    expect((body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

describe('costs by label', () => {
  it('are shares of what all of it costs', async () => {
    const place = somewhere();
    await app.tell(...runs(place), labelled('app', place, 1, 4, { team: 'shop' }));
    const within = `&from=${instantAt(0)}&to=${instantAt(10 * HOUR)}`;
    const token = await app.administrator();
    const costs = async (query: string) =>
      (await app.call(`/v1/costs?organization=${place.organizationId}${within}${query}`, token))
        .body as unknown as Costs;
    const whole = (await costs('&by=app')).items[0]!;
    const { items } = await costs('&by=label&labelKey=team');
    const share = (label: string | null) => Number(items.find((each) => each.label === label)?.cpu);
    expect(share('shop')).toBeCloseTo(0.6 * Number(whole.cpu), 9);
    expect(share(null)).toBeCloseTo(0.4 * Number(whole.cpu), 9);
    expect(Number(whole.cpu)).toBeGreaterThan(0);
    const shop = await costs('&by=app&labelKey=team&labelValue=shop');
    expect(Number(shop.items[0]!.cpu)).toBeCloseTo(share('shop'), 9);
  });
});
