import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '@berth/contracts/events';
import { DeadLetters } from '@berth/eventing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  changed,
  heartbeat,
  MeteringApp,
  type Place,
  snapshot,
  somewhere,
  startOfTest,
  web,
} from './support/metering-app.js';

let app: MeteringApp;

beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const first = (place: Place) => changed(place, { version: 1, at: 0, entries: [web] });
const withEntry = (event: CloudEvent, over: object): CloudEvent => {
  const data = event.data as object;
  return { ...event, data: { ...data, entries: [{ ...web, ...over }] } };
};
const reasonOf = async (id: string) => {
  const rows = await app.database.query<{ error: string }>(
    `select error from dead_letter where id = $1 and state = 'failed'`,
    [id],
  );
  return rows[0]?.error;
};
const traces = async (place: Place) =>
  (
    await Promise.all(
      ['accepted_event', 'metered_workload', 'metered_resource'].map((table) =>
        app.database.query(`select from ${table} where workload_id = $1`, [place.workloadId]),
      ),
    )
  ).flat().length;

/** Later than now of the test by so many milliseconds, counted as the events of these tests are. */
const afterNow = (milliseconds: number) => app.clock.held.getTime() - startOfTest + milliseconds;

describe('what is not believed becomes a dead letter with its reason, and has no effect', () => {
  const cases: [string, (place: Place) => CloudEvent, RegExp][] = [
    ['negative instances', (place) => withEntry(first(place), { instances: -1 }), /instances/],
    ['no instances', (place) => withEntry(first(place), { instances: 0 }), /instances/],
    ['a fraction of a millicore', (place) => withEntry(first(place), { cpuMillicores: 0.5 }), /cpuMillicores/],
    ['memory as text', (place) => withEntry(first(place), { memoryMib: '256' }), /memoryMib/],
    [
      'memory in a unit that nobody knows',
      (place) => withEntry(first(place), { memoryMib: undefined, memoryGib: 1 }),
      /memoryMib/,
    ],
    [
      'an instant that is none',
      (place) => ({ ...first(place), data: { ...(first(place).data as object), effectiveAt: 'yesterday' } }),
      /effectiveAt/,
    ],
    ['no data', (place) => ({ ...first(place), data: null }), /expected object/],
    ['another producer', (place) => ({ ...first(place), source: '/berth/build' }), /foreign_source/],
    ['another subject', (place) => ({ ...first(place), subject: randomUUID() }), /contradictory/],
    [
      'a moment to come',
      (place) => changed(place, { version: 1, at: afterNow(300_001), entries: [web] }),
      /future_dated/,
    ],
    [
      'a snapshot of a moment to come',
      (place) => snapshot(place, { version: 1, at: afterNow(300_001), entries: [web] }),
      /future_dated/,
    ],
    ['a heartbeat of a moment to come', (place) => heartbeat(place, 1, afterNow(300_001)), /future_dated/],
  ];
  it.each(cases)('%s', async (_name, eventOf, reason) => {
    const place = somewhere();
    const event = { ...eventOf(place), partitionkey: place.workloadId };
    await app.tellAs(place.workloadId, event);
    expect(await reasonOf(event.id)).toMatch(reason);
    expect(await traces(place)).toBe(0);
  });

  it('a workload told to be of another organization, by a change or a heartbeat', async () => {
    const place = somewhere();
    const thief = { ...place, organizationId: randomUUID() };
    const claims = [changed(thief, { version: 2, at: 10, entries: [] }), heartbeat(thief, 2, 10)];
    await app.tellAs(randomUUID(), first(place));
    for (const claim of claims) await app.tellAs(randomUUID(), claim);
    for (const claim of claims) expect(await reasonOf(claim.id)).toMatch(/foreign_tenant/);
    const [workload] = await app.database.query(
      'select version, seen_version from metered_workload where workload_id = $1',
      [place.workloadId],
    );
    expect(workload).toEqual({ version: 1, seen_version: 1 });
  });
});

describe('a dead letter', () => {
  it('holds up only its own workload, and takes effect when it is replayed once it may', async () => {
    const [early, other] = [somewhere(), somewhere()];
    const event = changed(early, { version: 1, at: afterNow(600_000), entries: [web] });
    await app.tellAs(early.workloadId, event, changed(early, { version: 2, at: afterNow(600_001), entries: [] }));
    await app.tellAs(other.workloadId, first(other));
    expect([await traces(early), await traces(other)]).toEqual([0, 3]);
    const letters = app.service.app.get(DeadLetters, { strict: false });
    // Two events and the marker behind them.
    expect(await letters.replay(early.workloadId, 'again')).toMatchObject({ replayed: 0, remaining: 3 });
    app.clock.held = new Date(app.clock.held.getTime() + 600_000);
    expect(await letters.replay(early.workloadId, 'its time has come')).toMatchObject({ replayed: 3, remaining: 0 });
    const spans = await app.database.query(
      `select (upper(during) - lower(during))::text as length from span join metered_resource r on r.id = resource_id
        where workload_id = $1`,
      [early.workloadId],
    );
    expect(spans).toEqual([{ length: '00:00:00.001' }]);
  });
});
