import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Conservation } from '../src/conservation/conservation.js';
import { changed, MeteringApp, type Place, snapshot, somewhere, web } from './support/metering-app.js';

let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
// What a test has spoilt on purpose is no fault.
afterEach(() => app.database.query('delete from usage_drift'));
afterAll(() => app.close());

const minute = 60_000;
const check = () => app.service.app.get(Conservation, { strict: false }).check();
const spoil = (sql: string, place: Place) =>
  app.database.query(`${sql} where resource_id in (select id from metered_resource where workload_id = $1)`, [
    place.workloadId,
  ]);
const hour = (place: Place, from = 0) =>
  app.accept([
    changed(place, { version: from + 1, at: from * minute, entries: [web, { ...web, processType: 'worker' }] }),
    changed(place, { version: from + 2, at: (from + 1) * minute, entries: [{ ...web, instances: 3 }] }),
    changed(place, { version: from + 3, at: (from + 2) * minute, entries: [] }),
  ]);
const compared = async (place: Place) =>
  (
    await app.database.query<{ version: number }>('select version from usage_check where workload_id = $1', [
      place.workloadId,
    ])
  )[0]?.version;

describe('accepted usage', () => {
  it('is as much as its spans, also over holes, at one moment and where a change was told to be before its former', async () => {
    const place = somewhere();
    await hour(place);
    await app.accept([
      changed(place, { version: 4, at: 2 * minute, entries: [web] }),
      changed(place, { version: 5, at: minute, entries: [{ ...web, instances: 7 }] }),
      snapshot(place, { version: 9, at: 5 * minute, entries: [web] }),
      changed(place, { version: 11, at: 6 * minute, entries: [] }),
    ]);
    expect([await check(), await compared(place)]).toEqual([[], 9]);
  });

  it.each([
    ['is lost', 'delete from span'],
    ['is made', 'update span set instances = instances + 1'],
    [
      'is shorter by a millisecond',
      `update span set during = tstzrange(lower(during), upper(during) - interval '1 ms')`,
    ],
  ])('that %s on its way to spans is told, by metrics too, until it is looked at', async (_name, sql) => {
    const place = somewhere();
    await hour(place);
    await spoil(sql, place);
    const { organizationId, workloadId } = place;
    const drifts = await check();
    expect(drifts).toHaveLength(2);
    expect(drifts).toEqual(
      expect.arrayContaining([
        {
          ...{ subject: workloadId, organizationId, stage: 'spans' },
          detail: expect.stringMatching(/^cpu: accepted is \d+, spans are \d+, hourly totals \d+; memory/),
        },
        // What is rated comes from the totals, which are as they were.
        {
          subject: organizationId,
          organizationId,
          stage: 'rating',
          detail: expect.stringMatching(/^cpu: spans are \d+, rated is (\d+), on lines is \1$/),
        },
      ]),
    );
    expect(await check()).toHaveLength(2);
    const metrics = await (await fetch(`${app.service.url}/metrics`)).text();
    expect(metrics).toContain('berth_metering_usage_drifts 2');
  });

  it('that is lost on its way from spans to hourly totals is told', async () => {
    const place = somewhere();
    await hour(place);
    await spoil('update hourly_total set used = used - 1', place);
    expect((await check()).map(({ stage }) => stage)).toEqual(['rating']);
    // Spans are compared up to the last change, and so is an hour when it is over.
    await app.accept([changed(place, { version: 4, at: 90 * minute, entries: [web] })]);
    expect((await check()).map(({ stage }) => stage).sort()).toEqual(['rating', 'spans']);
  });

  it('is compared from where it was compared last, and from the beginning when it is applied anew', async () => {
    const place = somewhere();
    await hour(place);
    expect(await check()).toEqual([]);
    await spoil('update span set instances = instances + 1', place);
    await hour(place, 3);
    // What was compared is not compared again with what was accepted, but what is rated is all that there is.
    expect([(await check()).map(({ stage }) => stage), await compared(place)]).toEqual([['rating'], 6]);
    // It belongs before what was applied: all spans are made anew, and the spoilt ones with them.
    await app.accept([snapshot(place, { version: 2, at: minute, entries: [web] })]);
    expect([await compared(place), await check(), await compared(place)]).toEqual([undefined, [], 6]);
  });

  it('is compared by one replica at a time', async () => {
    const place = somewhere();
    await hour(place);
    expect(await Promise.all([check(), check(), check()])).toEqual([[], [], []]);
    expect(await compared(place)).toBe(3);
  });
});
