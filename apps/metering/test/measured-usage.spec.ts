import { randomUUID } from 'node:crypto';
import { type CloudEvent, type MeasuredProcess, workloadUsageMeasured } from '@berth/contracts/events';
import type { Usage, UsageSeries } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changed, eventOf, instantAt, MeteringApp, type Place, somewhere, web } from './support/metering-app.js';

const HOUR = 3_600_000;
const noon = instantAt(0);

let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const seen = (over: Partial<MeasuredProcess> = {}): MeasuredProcess => ({
  ...{ processType: 'web', millicoreMilliseconds: '72000000', byteMilliseconds: '9007199254740993000' },
  ...{ measuredMilliseconds: HOUR, ...over },
});
const measured = (place: Place, hour: string, ...processes: readonly MeasuredProcess[]): CloudEvent =>
  eventOf(workloadUsageMeasured, place.workloadId, { ...place, hour, processes: [...processes] }, 0);
/** Two hours of one web of 250 millicores and 256 MiB, from noon on. */
const allocated = (place: Place) => [
  changed(place, { version: 1, at: 0, entries: [web] }),
  changed(place, { version: 2, at: 2 * HOUR, entries: [] }),
];
const read = async <Answer = Usage>(place: Place, query = '', path = '/v1/usage') => {
  const token = await app.viewer(place.organizationId);
  return (await app.call(`${path}?organization=${place.organizationId}${query}`, token)).body as Answer;
};
const between = (from: string, to: string) => `&from=${from}&to=${to}`;

describe('what was used', () => {
  it('stands beside what was allocated, with the time that somebody looked', async () => {
    const place = somewhere();
    const half = seen({ measuredMilliseconds: HOUR / 2 });
    await app.tell(...allocated(place), measured(place, noon, seen()), measured(place, instantAt(HOUR), half));
    const used = { millicoreSeconds: '144000', byteSeconds: '18014398509481986', instanceSeconds: '5400' };
    const answer = await read(place, '&by=process');
    expect(answer.items).toMatchObject([{ millicoreSeconds: '1800000', instanceSeconds: '7200', used }]);
    expect(answer.total).toMatchObject({ instanceSeconds: '7200', used });
  });

  it('is null where nobody looked, not nothing', async () => {
    const place = somewhere();
    await app.tell(...allocated(place));
    const { items, total } = await read(place, '&by=app');
    expect([items[0]?.used, total.used]).toEqual([null, null]);
  });

  it('changes nothing of what it costs', async () => {
    const place = somewhere();
    const token = await app.administrator();
    const costs = async () => (await app.call(`/v1/costs?organization=${place.organizationId}`, token)).body;
    await app.tell(...allocated(place));
    const before = await costs();
    await app.tell(measured(place, noon, seen({ millicoreMilliseconds: '9999999999999' })));
    expect(await costs()).toEqual(before);
    expect(before).toMatchObject({ total: expect.not.stringMatching(/^0\.00$/) });
  });

  it('counts once, however often it is told; parts of an hour add up', async () => {
    const place = somewhere();
    const [one, other] = [measured(place, noon, seen()), measured(place, noon, seen())];
    await app.tell(...allocated(place), one, other, one);
    await app.database.query('truncate inbox');
    await app.tell(other, one);
    expect((await read(place)).total.used).toMatchObject({ millicoreSeconds: '144000', instanceSeconds: '7200' });
  });

  it('is of the hours that lie in the question as a whole', async () => {
    const place = somewhere();
    await app.tell(...allocated(place), measured(place, noon, seen()), measured(place, instantAt(HOUR), seen()));
    const secondsIn = async (from: number, to: number) =>
      (await read(place, between(instantAt(from), instantAt(to)))).total.used?.instanceSeconds;
    expect(await secondsIn(0, 2 * HOUR)).toBe('7200');
    expect(await secondsIn(1, 2 * HOUR)).toBe('3600');
    expect(await secondsIn(0, 2 * HOUR - 1)).toBe('3600');
    expect(await secondsIn(1, 2 * HOUR - 1)).toBeUndefined();
    const series = await read<UsageSeries>(place, `${between(noon, instantAt(3 * HOUR))}&per=hour`, '/v1/usage/series');
    expect(series.items.map(({ used }) => used?.instanceSeconds)).toEqual(['3600', '3600', undefined]);
  });

  it('is told apart as lines are, narrowed down as they are, and is nobody else’s', async () => {
    const [place, stranger] = [somewhere(), somewhere()];
    const beside = somewhere({ organizationId: place.organizationId, projectId: place.projectId });
    const worker = seen({ processType: 'worker', millicoreMilliseconds: '5000' });
    await app.tell(
      ...[...allocated(place), ...allocated(beside), ...allocated(stranger)],
      ...[measured(place, noon, seen(), worker), measured(beside, noon, seen()), measured(stranger, noon, worker)],
    );
    const byApp = (await read(place, '&by=app')).items.map(({ appId, used }) => [appId, used?.millicoreSeconds]);
    expect(new Map(byApp as [string, string][])).toEqual(
      new Map([
        [place.appId, '72005'],
        [beside.appId, '72000'],
      ]),
    );
    expect((await read(place, '&by=app&limit=1')).total.used?.millicoreSeconds).toBe('144005');
    const [web] = (await read(place, `&by=process&environment=${place.environmentId}`)).items;
    expect([web?.processType, web?.used?.millicoreSeconds]).toEqual(['web', '72000']);
    expect((await read(place, `&app=${beside.appId}`)).total.used?.millicoreSeconds).toBe('72000');
    expect((await read(place, `&project=${randomUUID()}`)).total.used).toBeNull();
    expect((await read(stranger)).total.used?.millicoreSeconds).toBe('5');
  });
});

describe('what is told to be used is not believed, and has no effect,', () => {
  const cases: [string, (place: Place) => CloudEvent, RegExp][] = [
    ['of an hour to come', (place) => measured(place, '2026-11-20T13:00:00.000Z', seen()), /future_dated/],
    [
      'by another producer',
      (place) => ({ ...measured(place, noon, seen()), source: '/berth/build' }),
      /foreign_source/,
    ],
    [
      'about another subject',
      (place) => ({ ...measured(place, noon, seen()), subject: randomUUID() }),
      /contradictory/,
    ],
    [
      'of a workload of another organization',
      (place) => measured({ ...place, organizationId: randomUUID() }, noon, seen()),
      /foreign_tenant/,
    ],
    [
      'below nothing',
      (place) => {
        const event = measured(place, noon, seen());
        return { ...event, data: { ...(event.data as object), processes: [{ ...seen(), byteMilliseconds: '-1' }] } };
      },
      /byteMilliseconds/,
    ],
  ];
  it.each(cases)('%s', async (_name, eventFor, reason) => {
    const place = somewhere();
    await app.tellAs(randomUUID(), ...allocated(place));
    const event = { ...eventFor(place), partitionkey: place.workloadId };
    await app.tellAs(place.workloadId, event);
    const letters = await app.database.query<{ error: string }>('select error from dead_letter where id = $1', [
      event.id,
    ]);
    expect(letters[0]?.error).toMatch(reason);
    expect(await app.database.query('select from measured_usage where workload_id = $1', [place.workloadId])).toEqual(
      [],
    );
  });
});
