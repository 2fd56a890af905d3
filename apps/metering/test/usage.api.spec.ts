import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  changed,
  instantAt,
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

const MIB = 1_048_576n;
const usageOf = (place: Place, query = '') => `/v1/usage?organization=${place.organizationId}${query}`;
const hour = 3_600_000;

describe('usage', () => {
  it('is what was allocated, scaled up and down, to the second', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web] }),
      changed(place, { version: 2, at: 10_000, entries: [{ ...web, instances: 4 }] }),
      changed(place, { version: 3, at: 25_000, entries: [{ ...web, instances: 2 }] }),
      changed(place, { version: 4, at: 60_000, entries: [] }),
    );
    const instanceSeconds = 10n + 4n * 15n + 2n * 35n;
    const answer = await app.call(usageOf(place), await app.viewer(place.organizationId));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-12-01T00:00:00.000Z',
      countedUntil: app.clock.held.toISOString(),
      waitingWorkloads: 0,
      notMetered: [],
      items: [
        {
          ...{ projectId: null, environmentId: null, appId: null, processType: null, label: null },
          millicoreSeconds: (250n * instanceSeconds).toString(),
          byteSeconds: (256n * MIB * instanceSeconds).toString(),
          storageByteSeconds: '0',
          buildMillicoreSeconds: '0',
          egressBytes: '0',
          domainSeconds: '0',
          instanceSeconds: instanceSeconds.toString(),
          used: null,
        },
      ],
      next: null,
      total: {
        millicoreSeconds: (250n * instanceSeconds).toString(),
        byteSeconds: (256n * MIB * instanceSeconds).toString(),
        storageByteSeconds: '0',
        buildMillicoreSeconds: '0',
        egressBytes: '0',
        domainSeconds: '0',
        instanceSeconds: instanceSeconds.toString(),
        used: null,
      },
    });
  });

  it('is the same after every event came twice', async () => {
    const place = somewhere();
    const events = [
      changed(place, { version: 1, at: 0, entries: [web, { ...web, processType: 'worker', instances: 3 }] }),
      changed(place, { version: 2, at: 777, entries: [{ ...web, release: 2 }] }),
      changed(place, { version: 3, at: 5_001, entries: [] }),
    ];
    const token = await app.viewer(place.organizationId);
    await app.tell(...events);
    const before = await app.call(usageOf(place, '&by=process'), token);
    const rows = await app.database.query('select * from span order by id');
    await app.tell(...events, ...events);
    // A bus that was replayed after the inbox was trimmed: only the log of accepted events remembers.
    await app.database.query('truncate inbox');
    await app.tell(...events);
    expect(await app.call(usageOf(place, '&by=process'), token)).toEqual(before);
    expect(await app.database.query('select * from span order by id')).toEqual(rows);
  });

  it('counts what still runs up to now, and no further', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 1, at: 0, entries: [{ ...web, cpuMillicores: 1000 }] }));
    const token = await app.viewer(place.organizationId);
    const seconds = (app.clock.held.getTime() - startOfTest) / 1000;
    const { body } = await app.call(usageOf(place), token);
    expect(body['total']).toMatchObject({ millicoreSeconds: String(1000 * seconds) });
    const future = await app.call(usageOf(place, '&period=2026-12'), token);
    expect(future.body).toMatchObject({ total: { millicoreSeconds: '0' }, items: [] });
  });

  it('of an interval is the part inside it, half-open, rounded down once', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [{ ...web, cpuMillicores: 1 }] }),
      changed(place, { version: 2, at: 10_000, entries: [] }),
    );
    const token = await app.viewer(place.organizationId);
    const of = async (from: number, to: number) => {
      const { body } = await app.call(usageOf(place, `&from=${instantAt(from)}&to=${instantAt(to)}`), token);
      return (body['total'] as { millicoreSeconds: string }).millicoreSeconds;
    };
    expect(await of(0, 10_000)).toBe('10');
    expect(await of(-5_000, 3_999)).toBe('3');
    expect(await of(3_999, 20_000)).toBe('6');
    expect(await of(4_000, 4_001)).toBe('0');
    expect(await of(10_000, 20_000)).toBe('0');
  });

  it('can be told apart by project, app, environment and process, and narrowed to one of them', async () => {
    const organizationId = randomUUID();
    const [projectId, otherProject] = [randomUUID(), randomUUID()].sort() as [string, string];
    const [appA, appB, production, staging] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()].sort();
    const at = (appId: string, environmentId: string) => somewhere({ organizationId, projectId, appId, environmentId });
    const [aProduction, aStaging, bProduction] = [at(appA!, production!), at(appA!, staging!), at(appB!, production!)];
    const run = (place: Place, millicores: number, worker = 0) => [
      changed(place, {
        version: 1,
        at: 0,
        entries: [
          { ...web, cpuMillicores: millicores },
          ...(worker ? [{ ...web, processType: 'worker', cpuMillicores: worker }] : []),
        ],
      }),
      changed(place, { version: 2, at: 1_000, entries: [] }),
    ];
    const other = somewhere({ organizationId, projectId: otherProject });
    await app.tell(...run(aProduction, 1, 16), ...run(aStaging, 2), ...run(bProduction, 4), ...run(other, 32));
    const token = await app.viewer(organizationId);
    const items = async (query: string) => {
      const { body } = await app.call(usageOf(aProduction, query), token);
      const lines = body['items'] as Record<string, string>[];
      return lines.map((line) => [line['environmentId'], line['appId'], line['processType'], line['millicoreSeconds']]);
    };
    const page = (await app.call(usageOf(aProduction, '&by=project&limit=1'), token)).body;
    const rest = (await app.call(usageOf(aProduction, `&by=project&cursor=${String(page['next'])}`), token)).body;
    expect([...(page['items'] as object[]), ...(rest['items'] as object[])]).toMatchObject([
      { projectId, environmentId: null, appId: null, processType: null, label: null, millicoreSeconds: '23' },
      { projectId: otherProject, millicoreSeconds: '32' },
    ]);
    const inProject = `&project=${projectId}`;
    expect(await items(`${inProject}&by=app`)).toEqual([
      [null, appA, null, '19'],
      [null, appB, null, '4'],
    ]);
    expect(await items(`${inProject}&by=environment`)).toEqual([
      [production, null, null, '21'],
      [staging, null, null, '2'],
    ]);
    expect(await items(`${inProject}&by=process`)).toEqual([
      [production, appA, 'web', '1'],
      [production, appA, 'worker', '16'],
      [production, appB, 'web', '4'],
      [staging, appA, 'web', '2'],
    ]);
    expect(await items(`&app=${appB}`)).toEqual([[null, null, null, '4']]);
    expect(await items(`&environment=${staging}`)).toEqual([[null, null, null, '2']]);
    expect(await items(`&project=${projectId}`)).toEqual([[null, null, null, '23']]);
    expect(await items(`&project=${randomUUID()}`)).toEqual([]);
  });

  it('comes in pages, each with the total of all', async () => {
    const organizationId = randomUUID();
    const places = Array.from({ length: 5 }, () => somewhere({ organizationId }));
    const entries = [{ ...web, cpuMillicores: 1 }];
    await app.tell(
      ...places.map((place) => changed(place, { version: 1, at: 0, entries })),
      ...places.map((place) => changed(place, { version: 2, at: 1_000, entries: [] })),
    );
    const token = await app.viewer(organizationId);
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const suffix: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await app.call(usageOf(places[0]!, `&by=app&limit=2${suffix}`), token);
      expect(body['total']).toMatchObject({ millicoreSeconds: '5' });
      seen.push(...(body['items'] as { appId: string }[]).map((item) => item.appId));
      cursor = body['next'] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual(places.map((place) => place.appId).sort());
  });
});

describe('a series of usage', () => {
  const seriesOf = async (place: Place, query: string, token: string) =>
    app.call(`/v1/usage/series?organization=${place.organizationId}${query}`, token);
  const seconds = (body: Record<string, unknown>) =>
    (body['items'] as { millicoreSeconds: string }[]).map((item) => Number(item.millicoreSeconds));

  it('is by hour, or by days of the time zone of the account, and adds up to the whole', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const noon = (instant: string) => Date.parse(instant) - startOfTest;
    const entries = [{ ...web, cpuMillicores: 1 }];
    await app.tell(
      changed(place, { version: 1, at: noon('2026-10-31T04:00:00.000Z'), entries }),
      changed(place, { version: 2, at: noon('2026-11-02T05:30:00.000Z'), entries: [] }),
    );
    await app.database.query(`update billing_account set time_zone = 'America/New_York' where organization_id = $1`, [
      place.organizationId,
    ]);
    const interval = '&from=2026-10-31T04:00:00.000Z&to=2026-11-03T05:00:00.000Z';
    const days = await seriesOf(place, `${interval}&per=day`, token);
    expect(days.body).toMatchObject({ timeZone: 'America/New_York' });
    expect(seconds(days.body)).toEqual([24 * 3_600, 25 * 3_600, 1_800]);
    const perHour = seconds((await seriesOf(place, `${interval}&per=hour`, token)).body);
    expect(perHour.slice(0, 50)).toEqual([...Array.from({ length: 49 }, () => 3_600), 1_800]);
    expect(perHour.reduce((all, each) => all + each)).toBe(49.5 * 3_600);
  });

  it('is by months of that time zone: one of 745 hours, and parts of those beside it', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const at = (instant: string) => Date.parse(instant) - startOfTest;
    await app.tell(
      changed(place, { version: 1, at: at('2026-09-30T20:00:00.000Z'), entries: [{ ...web, cpuMillicores: 1 }] }),
      changed(place, { version: 2, at: at('2026-11-01T01:00:00.000Z'), entries: [] }),
    );
    await app.database.query(`update billing_account set time_zone = 'Europe/Berlin' where organization_id = $1`, [
      place.organizationId,
    ]);
    const { body } = await seriesOf(
      place,
      '&from=2026-09-01T00:00:00.000Z&to=2026-11-10T00:00:00.000Z&per=month',
      token,
    );
    expect((body['items'] as { from: string }[]).map(({ from }) => from)).toEqual([
      ...['2026-09-01T00:00:00.000Z', '2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z'],
    ]);
    // Berlin goes back an hour on 25 October.
    expect(seconds(body)).toEqual([2 * 3_600, 745 * 3_600, 2 * 3_600]);
  });

  it('counts what runs up to now, and is nothing after', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(changed(place, { version: 1, at: 0, entries: [{ ...web, cpuMillicores: 1 }] }));
    const { body } = await seriesOf(place, '&from=2026-11-19T00:00:00.000Z&to=2026-11-22T00:00:00.000Z', token);
    expect(seconds(body)).toEqual([24 * 3_600, 12 * 3_600, 0]);
  });

  it('is not longer than a month of hours, and only for who may read usage', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const year = '&from=2026-01-01T00:00:00.000Z&to=2026-12-01T00:00:00.000Z';
    expect((await seriesOf(place, `${year}&per=hour`, token)).body).toMatchObject({ code: 'interval_too_long' });
    expect((await seriesOf(place, `${year}&per=month`, token)).status).toBe(200);
    expect((await seriesOf(place, year, await app.viewer(randomUUID()))).status).toBe(404);
  });
});

describe('usage is read only', () => {
  it('by who may: nobody without a token, another organization is not known to exist', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 1, at: 0, entries: [web] }));
    await app.viewer(place.organizationId);
    const stranger = await app.viewer(randomUUID());
    expect((await app.call(usageOf(place))).status).toBe(401);
    expect(await app.call(usageOf(place), stranger)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('by a viewer of one environment for that environment alone', async () => {
    const here = somewhere();
    const there = somewhere({ organizationId: here.organizationId, projectId: here.projectId });
    await app.tell(
      changed(here, { version: 1, at: 0, entries: [web] }),
      changed(there, { version: 1, at: 0, entries: [web] }),
    );
    await app.identity.organization({ id: here.organizationId });
    const scope = { kind: 'environment' as const, id: here.environmentId };
    const token = await app.identity.member(here.organizationId, 'viewer', { scope });
    expect((await app.call(usageOf(here, `&environment=${here.environmentId}`), token)).status).toBe(200);
    expect((await app.call(usageOf(here, `&environment=${there.environmentId}`), token)).status).toBe(404);
    expect((await app.call(usageOf(here), token)).status).not.toBe(200);
  });

  it.each([
    ['no organization', '/v1/usage', '?organization'],
    ['a period that is none', `/v1/usage?organization=${randomUUID()}&period=november`, '?period'],
    ['from without to', `/v1/usage?organization=${randomUUID()}&from=2026-11-01T00:00:00.000Z`, '?to'],
  ])('with a sensible query: %s', async (_name, path, pointer) => {
    const { status, body } = await app.call(path, await app.viewer(randomUUID()));
    expect(status).toBe(422);
    expect((body['errors'] as { pointer: string }[])[0]!.pointer).toBe(pointer);
  });
});

describe('costs', () => {
  it('price the usage by the default book, rounded once, and say how', async () => {
    const place = somewhere();
    const entries = [{ ...web, instances: 4, cpuMillicores: 500, memoryMib: 1024 }];
    await app.tell(
      changed(place, { version: 1, at: 0, entries }),
      changed(place, { version: 2, at: 10 * hour, entries: [] }),
    );
    const path = `/v1/costs?organization=${place.organizationId}&by=app`;
    const { status, body } = await app.call(path, await app.viewer(place.organizationId));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      currency: 'EUR',
      priceBook: 'default',
      rounding: { mode: 'half-even', lineDecimals: 10, totalDecimals: 2 },
      items: [
        {
          appId: place.appId,
          cpu: '0.5600000000',
          memory: '0.2800000000',
          storage: '0.0000000000',
          build: '0.0000000000',
          egress: '0.0000000000',
          domain: '0.0000000000',
          total: '0.8400000000',
        },
      ],
      total: '0.84',
    });
  });

  it('are for those who may read costs', async () => {
    const place = somewhere();
    await app.viewer(place.organizationId);
    const stranger = await app.viewer(randomUUID());
    const path = `/v1/costs?organization=${place.organizationId}`;
    expect((await app.call(path)).status).toBe(401);
    expect((await app.call(path, stranger)).status).toBe(404);
  });

  it('need a token with the scope for costs, and no other', async () => {
    const { organizationId } = somewhere();
    const subjectId = randomUUID();
    await app.identity.organization({ id: organizationId });
    await app.identity.member(organizationId, 'viewer', { subjectId });
    const path = `/v1/costs?organization=${organizationId}`;
    const having = (scope: string) => app.identity.token({ subjectId, scopes: [scope] });
    expect((await app.call(path, await having('costs:read'))).status).toBe(200);
    expect((await app.call(path, await having('usage:read'))).status).toBe(403);
  });

  it('are estimated per month from what a dry run answers, and nothing is stored', async () => {
    const token = await app.viewer(randomUUID());
    const before = [{ ...web, cpuMillicores: 1000, memoryMib: 1024 }];
    const after = [{ ...web, instances: 3, cpuMillicores: 1000, memoryMib: 1024 }];
    const estimate = await app.call('/v1/costs/estimate', token, { before, after });
    expect(estimate).toMatchObject({
      status: 200,
      body: { monthHours: 730, before: '25.55', after: '76.65', difference: '51.10', currency: 'EUR' },
    });
    const back = await app.call('/v1/costs/estimate', token, { before: after, after: [] });
    expect(back.body).toMatchObject({ difference: '-76.65', after: '0.00' });
  });

  it.each([
    ['an unknown field', { before: [], after: [], extra: 1 }, '/'],
    [
      'a negative number',
      { before: [], after: [{ instances: -1, cpuMillicores: 1, memoryMib: 1 }] },
      '/after/0/instances',
    ],
    ['no list', { before: [] }, '/after'],
  ])('refuse an estimate with %s', async (_name, body, pointer) => {
    const answer = await app.call('/v1/costs/estimate', await app.viewer(randomUUID()), body);
    expect(answer.status).toBe(422);
    expect((answer.body['errors'] as { pointer: string }[])[0]!.pointer).toBe(pointer);
  });

  it('are estimated, and prices told, for nobody without a token', async () => {
    expect((await app.call('/v1/costs/estimate', undefined, { before: [], after: [] })).status).toBe(401);
    expect((await app.call('/v1/price-books')).status).toBe(401);
  });
});

describe('a hole in what was told', () => {
  const gapsOf = (place: Place) =>
    app.database.query('select applied_version, seen_version from allocation_gap where workload_id = $1', [
      place.workloadId,
    ]);

  it('stops the spans there and shows, until what is missing comes', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const total = async () => (await app.call(usageOf(place), token)).body;
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [{ ...web, cpuMillicores: 1 }] }),
      changed(place, { version: 3, at: 5_000, entries: [] }),
    );
    expect(await gapsOf(place)).toEqual([{ applied_version: 1, seen_version: 3 }]);
    expect(await total()).toMatchObject({ waitingWorkloads: 1 });
    await app.tell(changed(place, { version: 2, at: 2_000, entries: [{ ...web, cpuMillicores: 1, instances: 10 }] }));
    expect(await gapsOf(place)).toEqual([]);
    expect(await total()).toMatchObject({ waitingWorkloads: 0, total: { millicoreSeconds: String(2 + 3 * 10) } });
  });

  it('is closed by a snapshot, and what was never told is on record', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web] }),
      snapshot(place, { version: 4, at: 9_000, entries: [] }),
    );
    expect(await gapsOf(place)).toEqual([]);
    const anomalies = await app.database.query(
      'select kind, version, detail from usage_anomaly where workload_id = $1',
      [place.workloadId],
    );
    expect(anomalies).toEqual([{ kind: 'history_missing', version: 4, detail: { afterEpoch: 0, afterVersion: 1 } }]);
  });
});
