import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changed, instantAt, MeteringApp, type Place, somewhere, web } from './support/metering-app.js';

let app: MeteringApp;
let place: Place;
let token: string;
const minute = 60_000;
const worker = { ...web, processType: 'worker', instances: 2 };

beforeAll(async () => {
  app = await MeteringApp.start();
  place = somewhere();
  const { organizationId } = place;
  token = await app.viewer(organizationId);
  const elsewhere = somewhere({ organizationId });
  await app.accept([
    changed(place, { version: 1, at: 0, entries: [web, worker] }),
    // Both releases serve while one takes over from the other.
    changed(place, { version: 2, at: 10 * minute, entries: [web, { ...web, release: 2 }, worker] }),
    changed(place, { version: 3, at: 11 * minute, entries: [{ ...web, release: 2 }] }),
    changed(elsewhere, { version: 1, at: 0, entries: [web] }),
    changed(somewhere(), { version: 1, at: 0, entries: [web] }),
  ]);
});
afterAll(() => app.close());

const at = (milliseconds: number, query = '') =>
  app.call(`/v1/usage/running?organization=${place.organizationId}&at=${instantAt(milliseconds)}${query}`, token);
const here = () => `&environment=${place.environmentId}`;
const told = async (milliseconds: number) =>
  ((await at(milliseconds, here())).body['items'] as Record<string, unknown>[]).map((each) =>
    ['processType', 'release', 'instances', 'since', 'until'].map((key) => each[key]),
  );

describe('what ran at a moment', () => {
  it('is told with what it had and since when', async () => {
    const { items } = (await at(5 * minute, here())).body;
    const { organizationId: _, ...ids } = place;
    expect((items as unknown[])[0]).toEqual({
      ...{ ...web, ...ids, since: instantAt(0), until: instantAt(11 * minute) },
    });
  });

  it.each<[string, number, unknown[]]>([
    ['nothing, before it began', -1, []],
    [
      'what began just then',
      0,
      [
        ['web', 1, 1, 0, 11],
        ['worker', 1, 2, 0, 11],
      ],
    ],
    [
      'old and new releases, while one takes over',
      10.5,
      [
        ['web', 1, 1, 0, 11],
        ['worker', 1, 2, 0, 11],
        ['web', 2, 1, 10, null],
      ],
    ],
    ['no more what ended just then, and what still runs', 11, [['web', 2, 1, 10, null]]],
  ])('is %s', async (_name, minutes, expected) => {
    const instant = (value: unknown) => (typeof value === 'number' ? instantAt(value * minute) : value);
    const lines = (expected as unknown[][]).map(([type, release, instances, since, until]) => [
      ...[type, release, instances, instant(since), instant(until)],
    ]);
    expect(await told(minutes * minute)).toEqual(lines);
  });

  it('comes with what the hour around it used', async () => {
    const { hour } = (await at(5 * minute, here())).body;
    // web 11 minutes, its next release 50, two workers 11 minutes
    const seconds = 11 * 60 + 50 * 60 + 2 * 11 * 60;
    expect(hour).toEqual({
      ...{ from: instantAt(0), to: instantAt(60 * minute), millicoreSeconds: String(seconds * 250) },
      byteSeconds: String(seconds * 256 * 1_048_576),
      storageByteSeconds: '0',
      buildMillicoreSeconds: '0',
      egressBytes: '0',
      domainSeconds: '0',
      instanceSeconds: String(seconds),
    });
  });

  it('comes in pages, of the organization alone', async () => {
    const first = (await at(5 * minute, '&limit=2')).body;
    const rest = (await at(5 * minute, `&limit=2&cursor=${String(first['next'])}`)).body;
    expect([(first['items'] as unknown[]).length, (rest['items'] as unknown[]).length, rest['next']]).toEqual([
      2,
      1,
      null,
    ]);
  });

  it('is not known of a moment to come, and not told to others', async () => {
    const days = 30 * 86_400_000;
    expect(await at(days)).toMatchObject({
      status: 422,
      body: { code: 'moment_to_come', errors: [{ pointer: '?at' }] },
    });
    const path = `/v1/usage/running?organization=${place.organizationId}&at=${instantAt(0)}`;
    expect((await app.call(path, await app.viewer(somewhere().organizationId))).status).toBe(404);
    expect((await app.call(path)).status).toBe(401);
  });
});
