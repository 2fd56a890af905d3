import { randomUUID } from 'node:crypto';
import { invoiceExport, recompute } from '@berth/billing';
import type { InvoicePart } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MissingAllocations } from '../src/spans/missing-allocations.js';
import { Billing, runs } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';
import { GIB, VolumeOf } from './support/volumes.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

const usageOf = async (place: Place, from: string, to: string, more = '') => {
  const path = `/v1/usage?organization=${place.organizationId}&from=${from}&to=${to}${more}`;
  return (await app.call(path, billing.administrator)).body;
};

describe('a volume', () => {
  it('uses what it has provisioned for as long as it has it, in any order of arrival', async () => {
    const place = somewhere();
    const volume = new VolumeOf(place);
    const facts = [
      volume.becomes(10, '2026-11-10T00:00:00.000Z'),
      volume.becomes(20, '2026-11-12T12:30:00.000Z'),
      volume.becomes(0, '2026-11-13T00:00:00.000Z'),
    ];
    await app.tellAs(volume.id, facts[2]!, facts[0]!, facts[0]!, facts[1]!);
    // 60.5 hours of 10 GiB and 11.5 hours of 20 GiB.
    const seconds = BigInt(3_600 * (60.5 * 10 + 11.5 * 20)) * BigInt(GIB);
    const used = await usageOf(place, '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', '&by=process');
    expect(used).toMatchObject({
      items: [{ appId: place.appId, processType: 'web', storageByteSeconds: String(seconds), byteSeconds: '0' }],
      total: { millicoreSeconds: '0', byteSeconds: '0', storageByteSeconds: String(seconds) },
    });
  });

  it('is not thought to be silent: nobody says of a volume that it is still there', async () => {
    const place = somewhere();
    const volume = new VolumeOf(place);
    await app.tell(volume.becomes(1, '2026-11-19T00:00:00.000Z'));
    await billing.goTo('2026-11-20T13:00:00.000Z');
    await app.service.app.get(MissingAllocations, { strict: false }).ask();
    const used = await usageOf(place, '2026-11-20T00:00:00.000Z', '2026-11-20T01:00:00.000Z');
    expect(used).toMatchObject({ waitingWorkloads: 0, total: { storageByteSeconds: String(3_600 * GIB) } });
    const asked = 'select asked_at as "at" from metered_workload where workload_id = $1';
    expect(await app.database.query(asked, [volume.id])).toEqual([{ at: null }]);
  });

  it('does not run: it is not among what ran at a moment', async () => {
    const place = somewhere();
    await app.tell(new VolumeOf(place).becomes(1, '2026-11-10T00:00:00.000Z'));
    const path = `/v1/usage/running?organization=${place.organizationId}&at=2026-11-11T00:00:00.000Z`;
    expect((await app.call(path, billing.administrator)).body).toMatchObject({
      items: [],
      hour: { storageByteSeconds: String(3_600 * GIB) },
    });
  });

  it('is billed beside what runs, explained by its own line, and computed anew offline byte by byte', async () => {
    const place = somewhere();
    const volume = new VolumeOf(place);
    await billing.tellAt(
      '2026-11-25T00:00:00.000Z',
      ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'),
      volume.becomes(100, '2026-11-11T00:00:00.000Z'),
      volume.becomes(0, '2026-11-21T00:00:00.000Z'),
    );
    await billing.account(place, { issuer: `V${randomUUID().slice(0, 8).toUpperCase()}` });
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    const [invoice] = await billing.invoices(place);
    // 100 hours: 2.80 and 0.70 as ever; 240 hours x 100 GiB x 0.00015 = 3.60
    expect(invoice!.told.lines.map(({ name, amount }) => [name, amount])).toEqual([
      ['CPU', '2.80'],
      ['Memory', '0.70'],
      ['Storage', '3.60'],
    ]);
    const exported = invoiceExport.parse(await exportInvoice(app, invoice!.id, billing.administrator));
    expect(recompute(exported)).toBe(invoice!.document);
    const partsOf = async (line: number) =>
      (await app.call(`/v1/invoices/${invoice!.id}/parts?line=${line}`, billing.administrator)).body[
        'items'
      ] as InvoicePart[];
    expect(await partsOf(2)).toMatchObject([
      { workloadId: volume.id, release: 0, storageBytes: 100 * GIB, amount: '3.6000000000', processType: 'web' },
    ]);
    expect(await partsOf(0)).toMatchObject([{ workloadId: place.workloadId, storageBytes: 0 }]);
  });

  it('costs its part, beside CPU and memory', async () => {
    const place = somewhere();
    await app.tell(new VolumeOf(place).becomes(1_000, '2026-11-10T00:00:00.000Z'));
    const query = `organization=${place.organizationId}&from=2026-11-10T00:00:00.000Z&to=2026-11-10T10:00:00.000Z&by=app`;
    expect((await app.call(`/v1/costs?${query}`, billing.administrator)).body).toMatchObject({
      items: [{ cpu: '0.0000000000', memory: '0.0000000000', storage: '1.5000000000', total: '1.5000000000' }],
      total: '1.50',
    });
  });

  it('goes on when the database of its owner is an older one, on the invoice and offline', async () => {
    const place = somewhere();
    const volume = new VolumeOf(place);
    const before = [
      volume.becomes(10, '2026-11-10T00:00:00.000Z'),
      volume.becomes(20, '2026-11-11T00:00:00.000Z'),
      volume.becomes(40, '2026-11-12T00:00:00.000Z'),
    ];
    volume.restore(1, 10);
    const after = [volume.becomes(30, '2026-11-13T00:00:00.000Z'), volume.becomes(0, '2026-11-14T00:00:00.000Z')];
    await billing.tellAt('2026-11-25T00:00:00.000Z', ...before, ...after);
    // A day of each of 10, 20, 40 and 30 GiB.
    const storageByteSeconds = String(BigInt(86_400 * 100) * BigInt(GIB));
    const used = await usageOf(place, '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z');
    expect(used).toMatchObject({ waitingWorkloads: 0, total: { storageByteSeconds } });
    await billing.account(place, { issuer: `V${randomUUID().slice(0, 8).toUpperCase()}` });
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    const [invoice] = await billing.invoices(place);
    const exported = invoiceExport.parse(await exportInvoice(app, invoice!.id, billing.administrator));
    expect(recompute(exported)).toBe(invoice!.document);
  });

  it('of which a fact is missing keeps its period open instead of being guessed', async () => {
    const place = somewhere();
    const volume = new VolumeOf(place);
    const [first, , last] = [
      volume.becomes(10, '2026-11-10T00:00:00.000Z'),
      volume.becomes(20, '2026-11-11T00:00:00.000Z'),
      volume.becomes(0, '2026-11-12T00:00:00.000Z'),
    ];
    await app.tellAs(volume.id, first, last);
    const used = await usageOf(place, '2026-11-10T00:00:00.000Z', '2026-11-11T00:00:00.000Z');
    expect(used).toMatchObject({ waitingWorkloads: 1 });
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    expect(await billing.invoices(place)).toEqual([]);
  });
});
