import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lockOrganization } from '../src/accepted-events/organization-lock.js';
import { changed, heartbeat, MeteringApp, type Place, snapshot, somewhere, web } from './support/metering-app.js';

let app: MeteringApp;

beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const count = async (table: string, place: Place) =>
  (await app.database.query(`select from ${table} where workload_id = $1`, [place.workloadId])).length;
const lateSince = async ({ organizationId }: Place) =>
  (
    await app.database.query<{ since: Date }>('select since from late_usage where organization_id = $1', [
      organizationId,
    ])
  )[0]?.since;
const isWaiting = async () => {
  const waiting = await app.database.query(
    `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
  );
  expect(waiting).toHaveLength(1);
};

describe('while a period is closed', () => {
  it('its events wait, and are late when it was closed without them', async () => {
    const place = somewhere();
    await app.accept([changed(place, { version: 1, at: 0, entries: [web] })]);
    let accepted: Promise<void> | undefined;
    await app.database.transaction(async (tx) => {
      await lockOrganization(tx, place.organizationId);
      accepted = app.accept([changed(place, { version: 2, at: 60_000, entries: [] })]);
      await eventually(isWaiting);
      await tx.query(
        `update billing_account set open_since = '2026-12-01Z', has_invoices = true where organization_id = $1`,
        [place.organizationId],
      );
    });
    await accepted;
    expect(await lateSince(place)).toEqual(new Date('2026-11-10T12:01:00.000Z'));
  });
});

describe('a run of events', () => {
  it('is accepted whole or not at all', async () => {
    const [good, bad] = [somewhere(), somewhere()];
    const future = changed(bad, { version: 1, at: 100 * 86_400_000, entries: [] });
    await expect(app.accept([changed(good, { version: 1, at: 0, entries: [web] }), future])).rejects.toThrow(
      'future_dated',
    );
    expect([await count('accepted_event', good), await count('metered_workload', good)]).toEqual([0, 0]);
  });

  it('that tells a workload to be of two organizations is refused', async () => {
    const place = somewhere();
    const thief = { ...place, organizationId: somewhere().organizationId };
    const run = [place, thief].map((each) => changed(each, { version: 1, at: 0, entries: [web] }));
    await expect(app.accept(run)).rejects.toThrow('foreign_tenant');
  });

  it('on the bus loses only what is not to be believed', async () => {
    const places = Array.from({ length: 7 }, () => somewhere());
    const events = places.map((place) => changed(place, { version: 1, at: 0, entries: [web] }));
    const bad = { ...events[3]!, source: '/berth/build' };
    await app.tell(...events.with(3, bad).slice(0, 4)); // the rest of the key would wait behind it
    const counts = await Promise.all(places.slice(0, 4).map((place) => count('accepted_event', place)));
    expect(counts).toEqual([1, 1, 1, 0]);
  });

  it('keeps what a heartbeat in it confirms, and shows what it misses', async () => {
    const place = somewhere();
    const run = [
      changed(place, { version: 1, at: 0, entries: [web] }),
      heartbeat(place, 1, 5_000),
      heartbeat(place, 3, 9),
    ];
    await app.accept(run);
    const rows = await app.database.query(
      `select version, seen_version as seen, confirmed_at as confirmed,
              exists (select from allocation_gap g where g.workload_id = w.workload_id) as gap
         from metered_workload w where workload_id = $1`,
      [place.workloadId],
    );
    expect(rows).toEqual([{ version: 1, seen: 3, confirmed: new Date('2026-11-10T12:00:05.000Z'), gap: true }]);
  });

  it('leaves no trace of spans that begin and end in it but themselves', async () => {
    const place = somewhere();
    const versions = [1, 2, 3, 2, 1, 0].map((instances, index) =>
      changed(place, { version: index + 1, at: index * 1_000, entries: instances > 0 ? [{ ...web, instances }] : [] }),
    );
    await app.accept(versions);
    const rows = await app.database.query<{ instances: number; seconds: number; xmax: string }>(
      `select s.instances, extract(epoch from upper(during) - lower(during))::int as seconds, s.xmax::text
         from span s join metered_resource r on r.id = resource_id where workload_id = $1 order by lower(during)`,
      [place.workloadId],
    );
    expect(rows).toEqual([1, 2, 3, 2, 1].map((instances) => ({ instances, seconds: 1, xmax: '0' })));
  });

  it('longer than a page of the log, told backwards, is applied to its end', async () => {
    const place = somewhere();
    const events = Array.from({ length: 1_200 }, (_, index) =>
      changed(place, { version: index + 1, at: index, entries: [{ ...web, instances: 1 + (index % 2) }] }),
    );
    await app.accept(events.toReversed());
    await app.accept([snapshot(place, { version: 1_202, at: 5_000, entries: [] })]);
    const [row] = await app.database.query(
      `select w.version, w.runs, count(*)::int as spans from metered_workload w join metered_resource r using (workload_id)
         join span s on s.resource_id = r.id where workload_id = $1 group by 1, 2`,
      [place.workloadId],
    );
    expect(row).toEqual({ version: 1_202, runs: false, spans: 1_200 });
  });
});
