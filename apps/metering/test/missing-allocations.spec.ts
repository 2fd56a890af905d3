import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MissingAllocations } from '../src/spans/missing-allocations.js';
import { changed, heartbeat, MeteringApp, type Place, snapshot, somewhere, web } from './support/metering-app.js';

let app: MeteringApp;

beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const ask = () => app.service.app.get(MissingAllocations, { strict: false }).ask();
const pass = (seconds: number) => (app.clock.held = new Date(app.clock.held.getTime() + seconds * 1_000));
const asked = async (place: Place) => (await app.told(place.workloadId)).map(({ data }) => data);
const waiting = async (place: Place) =>
  (await app.call(`/v1/usage?organization=${place.organizationId}`, await app.viewer(place.organizationId))).body[
    'waitingWorkloads'
  ];

// What earlier tests left silent is asked for here, so that each test sees its own alone.
beforeEach(async () => {
  while ((await ask()) > 0);
});

describe('a snapshot is asked for', () => {
  it('when a version is missing for longer than its way takes, and again only after a while', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [] }),
      changed(place, { version: 4, at: 9, entries: [] }),
    );
    await ask();
    expect(await asked(place)).toEqual([]);
    pass(30);
    await ask();
    await ask();
    const request = { ...idsOf(place), reason: 'gap', knownVersion: 1, place: placeOf(place) };
    expect(await asked(place)).toEqual([request]);
    pass(300);
    await ask();
    expect(await asked(place)).toEqual([request, request]);
  });

  it('of what was never stated without saying what it is part of', async () => {
    const place = somewhere();
    await app.tell(heartbeat(place, 1, 0));
    pass(30);
    await ask();
    expect(await asked(place)).toEqual([{ ...idsOf(place), reason: 'gap', knownVersion: 0 }]);
  });

  it('no more once it came', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 2, at: 0, entries: [web] }));
    pass(30);
    await ask();
    await app.tell(snapshot(place, { version: 2, at: 0, entries: [] }));
    pass(300);
    await ask();
    expect(await asked(place)).toHaveLength(1);
    expect(await waiting(place)).toBe(0);
  });

  it('when what runs is silent, which shows with its usage; a heartbeat ends it, a snapshot alone does not', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 1, at: 0, entries: [web] }));
    pass(10_799);
    await ask();
    expect([await asked(place), await waiting(place)]).toEqual([[], 0]);
    pass(1);
    await ask();
    expect(await asked(place)).toEqual([
      { ...idsOf(place), reason: 'silence', knownVersion: 1, place: placeOf(place) },
    ]);
    await app.tell(snapshot(place, { version: 1, at: 0, entries: [web] }));
    expect(await waiting(place)).toBe(1);
    await app.tell(heartbeat(place, 1, 0));
    expect(await waiting(place)).toBe(0);
  });

  it('not for what does not run', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web] }),
      changed(place, { version: 2, at: 5, entries: [] }),
    );
    pass(20_000);
    await ask();
    expect(await asked(place)).toEqual([]);
  });

  it('once, however many replicas look', async () => {
    const places = Array.from({ length: 20 }, () => somewhere());
    await app.tell(...places.map((place) => changed(place, { version: 2, at: 0, entries: [web] })));
    pass(30);
    const counts = await Promise.all(Array.from({ length: 4 }, () => ask()));
    expect(counts.reduce((sum, count) => sum + count)).toBe(20);
    for (const place of places) expect(await asked(place)).toHaveLength(1);
  });
});

describe('what was unusual', () => {
  it('is told to who may read usage: a change told late is the trace of a repair', async () => {
    const place = somewhere();
    const repair = changed(place, { version: 2, at: -3_600_000, entries: [] });
    await app.tell(changed(place, { version: 1, at: -7_200_000, entries: [web] }), repair);
    const token = await app.viewer(place.organizationId);
    const path = `/v1/usage/anomalies?organization=${place.organizationId}`;
    const { body } = await app.call(`${path}&limit=1`, token);
    const told = (version: number, at: string) => ({
      ...{ workloadId: place.workloadId, kind: 'told_late', version },
      detail: { effectiveAt: at, toldAt: '2026-11-10T12:00:00.000Z' },
    });
    expect(body['items']).toEqual([told(1, '2026-11-10T10:00:00.000Z')]);
    const rest = await app.call(`${path}&cursor=${String(body['next'])}`, token);
    expect(rest.body).toEqual({ items: [told(2, '2026-11-10T11:00:00.000Z')], next: null });
    expect((await app.call(path, await app.viewer(somewhere().organizationId))).status).toBe(404);
    expect((await app.call(path)).status).toBe(401);
  });
});

const idsOf = ({ workloadId, organizationId }: Place) => ({ workloadId, organizationId });
const placeOf = ({ projectId, environmentId, appId }: Place) => ({ projectId, environmentId, appId });
