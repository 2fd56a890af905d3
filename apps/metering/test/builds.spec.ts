import { randomUUID } from 'node:crypto';
import { invoiceExport, recompute } from '@berth/billing';
import type { CloudEvent } from '@berth/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MissingAllocations } from '../src/spans/missing-allocations.js';
import { Billing, runs } from './support/billing.js';
import { buildOf, type EndedBuild } from './support/builds.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

/** Ten minutes, at two and a half cores. */
const ten: EndedBuild = {
  startedAt: '2026-11-10T11:55:00.000Z',
  finishedAt: '2026-11-10T12:05:00.000Z',
  cpuMilliseconds: 1_500_000,
};

const usageOf = async ({ organizationId }: Place, from: string, to: string, more = '') => {
  const path = `/v1/usage?organization=${organizationId}&from=${from}&to=${to}${more}`;
  return (await app.call(path, billing.administrator)).body;
};
const inNovember = (place: Place, more = '') =>
  usageOf(place, '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', more);
const reasonFor = async (event: CloudEvent) => {
  await app.tellAs(event.partitionkey, event);
  const [row] = await app.database.query<{ error: string }>(
    `select to_jsonb(d)::text as error from dead_letter d where id = $1`,
    [event.id],
  );
  return row?.error;
};

describe('a build', () => {
  it('uses the processor time that it took, however it ended and however often that is told', async () => {
    const place = somewhere();
    const events = (['succeeded', 'failed', 'cancelled'] as const).map((how) => buildOf(place, { ...ten, how }));
    await app.tell(...events, ...events.toReversed());
    expect(await inNovember(place, '&by=process')).toMatchObject({
      items: [{ appId: place.appId, environmentId: place.environmentId, processType: 'build' }],
      total: { millicoreSeconds: '0', byteSeconds: '0', buildMillicoreSeconds: String(3 * 1_500 * 1_000) },
      waitingWorkloads: 0,
    });
  });

  it('that said nothing of processor time used none', async () => {
    const place = somewhere();
    const event = buildOf(place, ten);
    await app.tell({ ...event, data: { ...event.data, usage: undefined } });
    expect(await inNovember(place)).toMatchObject({ total: { buildMillicoreSeconds: '0' } });
    expect(await app.database.query('select from dead_letter where id = $1', [event.id])).toEqual([]);
  });

  it('is used while it ran: an hour has its part of it', async () => {
    const place = somewhere();
    await app.tell(buildOf(place, ten));
    const parts = await Promise.all([
      usageOf(place, '2026-11-10T11:00:00.000Z', '2026-11-10T12:00:00.000Z'),
      usageOf(place, '2026-11-10T12:00:00.000Z', '2026-11-10T13:00:00.000Z'),
    ]);
    // Three cores for five minutes, and then two.
    expect(parts).toMatchObject([
      { total: { buildMillicoreSeconds: '900000' } },
      { total: { buildMillicoreSeconds: '600000' } },
    ]);
  });

  it('neither runs nor falls silent: it is over when it is told', async () => {
    const place = somewhere();
    await app.tell(buildOf(place, ten));
    const path = `/v1/usage/running?organization=${place.organizationId}&at=2026-11-10T12:00:00.000Z`;
    expect((await app.call(path, billing.administrator)).body).toMatchObject({ items: [] });
    await app.service.app.get(MissingAllocations, { strict: false }).ask();
    expect(await inNovember(place)).toMatchObject({ waitingWorkloads: 0 });
  });

  it.each<[string, (event: CloudEvent<{ buildId: string }>) => CloudEvent]>([
    ['foreign_source', (event) => ({ ...event, source: '/berth/deployment-management' })],
    ['contradictory', (event) => ({ ...event, organizationid: randomUUID() })],
    ['contradictory', (event) => ({ ...event, subject: randomUUID() })],
    ['future_dated', (event) => withTimes(event, '2027-01-01T00:00:00.000Z', '2027-01-01T00:01:00.000Z')],
    ['contradictory', (event) => withTimes(event, '2026-11-10T12:05:00.000Z', '2026-11-10T11:55:00.000Z')],
    ['contradictory', (event) => withTimes(event, '2026-11-10T12:00:00.000Z', '2026-11-10T12:00:00.001Z')],
  ])('is not believed when it is %s', async (reason, spoilt) => {
    const place = somewhere();
    expect(await reasonFor(spoilt(buildOf(place, ten)))).toContain(reason);
    expect(await inNovember(place)).toMatchObject({ total: { buildMillicoreSeconds: '0' } });
  });

  it('is billed on a line of its own, explained by the build, and computed anew offline byte by byte', async () => {
    const place = somewhere();
    const build = buildOf(place, { ...ten, cpuMilliseconds: 36_000_000 });
    await billing.tellAt(
      '2026-11-25T00:00:00.000Z',
      ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'),
      build,
    );
    await billing.account(place, { issuer: `B${randomUUID().slice(0, 8).toUpperCase()}` });
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    const [invoice] = await billing.invoices(place);
    // 100 hours: 2.80 and 0.70 as ever; ten core-hours of builds x 0.028 = 0.28
    expect(invoice!.told.lines.map(({ name, amount }) => [name, amount])).toEqual([
      ['CPU', '2.80'],
      ['Memory', '0.70'],
      ['Builds', '0.28'],
    ]);
    const exported = invoiceExport.parse(await exportInvoice(app, invoice!.id, billing.administrator));
    expect(recompute(exported)).toBe(invoice!.document);
    const parts = await app.call(`/v1/invoices/${invoice!.id}/parts?line=2`, billing.administrator);
    expect(parts.body['items']).toMatchObject([
      {
        workloadId: build.data.buildId,
        processType: 'build',
        release: 0,
        buildMillicores: 1_000,
        amount: '0.2800000000',
      },
    ]);
  });

  it('costs its part, beside what runs', async () => {
    const place = somewhere();
    await app.tell(buildOf(place, { ...ten, cpuMilliseconds: 3_600_000 }));
    const query = `organization=${place.organizationId}&period=2026-11&by=app`;
    expect((await app.call(`/v1/costs?${query}`, billing.administrator)).body).toMatchObject({
      items: [{ cpu: '0.0000000000', storage: '0.0000000000', build: '0.0280000000', total: '0.0280000000' }],
      total: '0.03',
    });
  });
});

function withTimes(event: CloudEvent<object>, startedAt: string, finishedAt: string): CloudEvent {
  const data = event.data as { usage: object };
  return { ...event, data: { ...data, usage: { ...data.usage, startedAt, finishedAt } } };
}
