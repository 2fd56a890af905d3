import { randomUUID } from 'node:crypto';
import { invoiceExport, recompute } from '@berth/billing';
import type { CloudEvent, DataOf, egressMeasured } from '@berth/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MissingAllocations } from '../src/spans/missing-allocations.js';
import { Billing, runs } from './support/billing.js';
import { MeterOf } from './support/egress.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';

type Egress = DataOf<typeof egressMeasured>;

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

const GIB = 2 ** 30;
const NOON = '2026-11-10T12:00:00.000Z';
const ONE = '2026-11-10T13:00:00.000Z';
const TWO = '2026-11-10T14:00:00.000Z';

const usageOf = async ({ organizationId }: Place, from: string, to: string, more = '') => {
  const path = `/v1/usage?organization=${organizationId}&from=${from}&to=${to}${more}`;
  return (await app.call(path, billing.administrator)).body;
};
const inNovember = (place: Place, more = '') =>
  usageOf(place, '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', more);

describe('what leaves for visitors', () => {
  it('is used to the last byte, once however often and in whatever order it is told', async () => {
    const place = somewhere();
    const meter = new MeterOf(place);
    const hours = [
      meter.hour(NOON, 7),
      meter.hour(ONE, 3_600_001),
      meter.hour('2026-11-12T00:00:00.000Z', 12_345_678_901),
    ];
    await app.tellAs(meter.id, hours[2]!, hours[0]!, hours[0]!, hours[1]!, ...hours);
    const egressBytes = String(7 + 3_600_001 + 12_345_678_901);
    expect(await inNovember(place, '&by=process')).toMatchObject({
      items: [{ appId: place.appId, environmentId: place.environmentId, processType: 'web', egressBytes }],
      total: { millicoreSeconds: '0', byteSeconds: '0', instanceSeconds: '0', egressBytes },
      waitingWorkloads: 0,
    });
    const anomalies = `/v1/usage/anomalies?organization=${place.organizationId}`;
    expect((await app.call(anomalies, billing.administrator)).body).toMatchObject({ items: [] });
  });

  it('is of the hour in which it left', async () => {
    const place = somewhere();
    const meter = new MeterOf(place);
    await app.tell(meter.hour(NOON, 1_000_000), meter.hour(ONE, 5));
    const [noon, one] = [await usageOf(place, NOON, ONE), await usageOf(place, ONE, TWO)];
    expect([noon, one]).toMatchObject([{ total: { egressBytes: '1000000' } }, { total: { egressBytes: '5' } }]);
  });

  it('neither runs nor falls silent', async () => {
    const place = somewhere();
    await app.tell(new MeterOf(place).hour(NOON, 5 * 3_600_000));
    const path = `/v1/usage/running?organization=${place.organizationId}&at=2026-11-10T12:30:00.000Z`;
    expect((await app.call(path, billing.administrator)).body).toMatchObject({ items: [] });
    await app.service.app.get(MissingAllocations, { strict: false }).ask();
    expect(await inNovember(place)).toMatchObject({ waitingWorkloads: 0 });
  });

  it('of which an hour is missing keeps its period open, and asks nobody who does not know', async () => {
    const place = somewhere();
    const meter = new MeterOf(place);
    const [first, second, third] = [meter.hour(NOON, 1), meter.hour(ONE, 2), meter.hour(TWO, 4)];
    await app.tellAs(meter.id, first, third);
    expect(await inNovember(place)).toMatchObject({ waitingWorkloads: 1, total: { egressBytes: '1' } });
    app.clock.held = new Date(app.clock.held.getTime() + 600_000);
    await app.service.app.get(MissingAllocations, { strict: false }).ask();
    const asked = 'select asked_at as "at" from metered_workload where workload_id = $1';
    expect(await app.database.query(asked, [meter.id])).toEqual([{ at: null }]);
    await app.tellAs(meter.id, second);
    expect(await inNovember(place)).toMatchObject({ waitingWorkloads: 0, total: { egressBytes: '7' } });
  });

  it.each([
    ['in order', [0, 1, 2, 3, 4]],
    ['in any order', [4, 2, 0, 3, 1]],
  ])('goes on when the database of its owner is an older one, told %s', async (_name, order) => {
    const place = somewhere();
    const meter = new MeterOf(place);
    const before = [meter.hour('2026-11-10T09:00:00.000Z', 1), meter.hour('2026-11-10T10:00:00.000Z', 3_600_002)];
    meter.restore(1);
    const after = [meter.hour(NOON, 4), meter.hour(ONE, 8), meter.hour(TWO, 16)];
    const events = [...before, ...after];
    await app.tellAs(meter.id, ...order.map((index) => events[index]!));
    expect(await inNovember(place)).toMatchObject({ waitingWorkloads: 0, total: { egressBytes: '3600031' } });
  });

  it.each<[string, (event: CloudEvent<Egress>) => CloudEvent]>([
    ['foreign_source', (event) => ({ ...event, source: '/berth/build' })],
    ['contradictory', (event) => ({ ...event, organizationid: randomUUID() })],
    ['contradictory', (event) => ({ ...event, subject: randomUUID() })],
    ['contradictory', (event) => about(event, { to: NOON })],
    ['contradictory', (event) => about(event, { to: '2026-11-10T13:00:00.001Z' })],
    ['contradictory', (event) => about(event, { to: '2026-11-10T12:00:00.001Z', bytes: 2 ** 31 })],
    ['future_dated', (event) => about(event, { from: '2027-01-01T00:00:00.000Z', to: '2027-01-01T01:00:00.000Z' })],
    ['bytes', (event) => about(event, { bytes: -1 })],
    ['bytes', (event) => about(event, { bytes: 0.5 })],
    ['bytes', (event) => about(event, { bytes: { quantity: 1, unit: 'furlongs' } as unknown as number })],
  ])('is not believed when it is %s', async (reason, spoilt) => {
    const place = somewhere();
    const event = spoilt(new MeterOf(place).hour(NOON, 5));
    await app.tellAs(event.partitionkey, event);
    const told = 'select to_jsonb(d)::text as error from dead_letter d where id = $1';
    expect(await app.database.query(told, [event.id])).toEqual([{ error: expect.stringContaining(reason) }]);
    expect(await inNovember(place)).toMatchObject({ total: { egressBytes: '0' } });
  });

  it('is billed on a line of its own, explained by its meter, and computed anew offline byte by byte', async () => {
    const place = somewhere();
    const meter = new MeterOf(place);
    await billing.tellAt(
      '2026-11-25T00:00:00.000Z',
      ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'),
      ...[meter.hour(NOON, 60 * GIB), meter.hour(ONE, 40 * GIB + 1)],
    );
    await billing.account(place, { issuer: `E${randomUUID().slice(0, 8).toUpperCase()}` });
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    const [invoice] = await billing.invoices(place);
    // 100 hours: 2.80 and 0.70 as ever; 100 GiB and a byte x 0.01 = 1.00
    expect(invoice!.told.lines.map(({ name, amount }) => [name, amount])).toEqual([
      ['CPU', '2.80'],
      ['Memory', '0.70'],
      ['Traffic', '1.00'],
    ]);
    const exported = invoiceExport.parse(await exportInvoice(app, invoice!.id, billing.administrator));
    expect(recompute(exported)).toBe(invoice!.document);
    const parts = await app.call(`/v1/invoices/${invoice!.id}/parts?line=2`, billing.administrator);
    expect(parts.body['items']).toMatchObject([
      { workloadId: meter.id, processType: 'web', release: 0, egressBytes: 1, quantity: String(100 * GIB + 1) },
    ]);
    const headers = { authorization: `Bearer ${billing.administrator}` };
    const csv = await (await fetch(`${app.service.url}/v1/invoices/${invoice!.id}/focus`, { headers })).text();
    expect(csv).toMatch(/100\.0000000009,GiB,/);
  });

  it('costs its part, and why a month cost more names it', async () => {
    const place = somewhere();
    await app.tell(new MeterOf(place).hour(NOON, 250 * GIB));
    const query = `organization=${place.organizationId}&period=2026-11&by=app`;
    expect((await app.call(`/v1/costs?${query}`, billing.administrator)).body).toMatchObject({
      items: [{ cpu: '0.0000000000', build: '0.0000000000', egress: '2.5000000000', total: '2.5000000000' }],
      total: '2.50',
    });
    const compared = `organization=${place.organizationId}&month=2026-11&with=2026-10`;
    expect((await app.call(`/v1/costs/comparison?${compared}`, billing.administrator)).body).toMatchObject({
      causes: [{ cause: 'new-app', metric: 'egress', appId: place.appId, amount: '2.50' }],
    });
  });
});

const about = (event: CloudEvent<Egress>, data: Partial<Egress>): CloudEvent => ({
  ...event,
  data: { ...event.data, ...data },
});
