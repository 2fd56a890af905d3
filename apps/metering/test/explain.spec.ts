import { randomUUID } from 'node:crypto';
import type { InvoicePart, InvoiceSpan, MonthComparison } from '@berth/contracts/metering';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Billing, core, runs } from './support/billing.js';
import { changed, MeteringApp, type Place, somewhere, startOfTest } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());
beforeEach(() => billing.goTo('2026-12-01T00:00:00.000Z'));

const CLOSED = '2026-12-04T00:00:00.000Z';
const at = (instant: string) => Date.parse(instant) - startOfTest;

async function everyPage<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor = ''; ;) {
    const { body } = await app.call(`${path}&limit=1${cursor}`, billing.administrator);
    items.push(...(body['items'] as Item[]));
    if (body['next'] === null) return items;
    cursor = `&cursor=${String(body['next'])}`;
  }
}
const parts = (invoiceId: string, line: number) =>
  everyPage<InvoicePart>(`/v1/invoices/${invoiceId}/parts?line=${line}`);
const spans = (invoiceId: string, line: number, workload: string) =>
  everyPage<InvoiceSpan>(`/v1/invoices/${invoiceId}/spans?line=${line}&workload=${workload}`);

describe('a line of an invoice', () => {
  it('is explained by the releases that ran, whose quantities are the line to the last unit', async () => {
    const [place, other] = [somewhere(), somewhere()];
    const second = { ...other, organizationId: place.organizationId };
    await app.tell(
      changed(place, { version: 1, at: at('2026-11-10T00:00:00.000Z'), entries: [core] }),
      changed(place, {
        version: 2,
        at: at('2026-11-11T00:00:00.000Z'),
        entries: [{ ...core, release: 2, instances: 3 }],
      }),
      changed(place, { version: 3, at: at('2026-11-11T07:00:00.017Z'), entries: [] }),
      ...runs(second, '2026-11-30T00:00:00.000Z', '2026-11-30T05:00:00.000Z'),
    );
    await billing.closeAt(CLOSED);
    // What becomes known later is not in the invoice, and does not explain it.
    await app.tell(
      ...runs(
        somewhere({ organizationId: place.organizationId }),
        '2026-11-20T00:00:00.000Z',
        '2026-11-21T00:00:00.000Z',
      ),
    );
    const [invoice] = await billing.invoices(place);
    for (const [index, line] of invoice!.told.lines.entries()) {
      const found = await parts(invoice!.id, index);
      const quantity = found.reduce((all, part) => all + BigInt(part.quantity), 0n);
      expect(String(quantity)).toBe(line.usage!.quantity);
      expect(found).toHaveLength(3);
    }
    const cpu = await parts(invoice!.id, 0);
    const own = cpu.filter(({ workloadId }) => workloadId === place.workloadId);
    expect(own).toMatchObject([
      { release: 1, spans: 1, from: '2026-11-10T00:00:00.000Z', to: '2026-11-11T00:00:00.000Z' },
      { release: 2, spans: 1, instanceMilliseconds: String(3 * (7 * 3_600_000 + 17)), to: '2026-11-11T07:00:00.017Z' },
    ]);
  });

  it('leads on to each span of a workload, in their order, whose quantities are its parts', async () => {
    const place = somewhere();
    const other = somewhere();
    const web = (instances: number) => [{ ...core, instances }];
    const told = [1, 3, 2].map((instances, index) => [`2026-11-1${index}T00:00:00.000Z`, web(instances)] as const);
    const changes = [...told, ['2026-11-13T00:00:00.000Z', []] as const].map(([from, entries], index) =>
      changed(place, { version: index + 1, at: at(from), entries }),
    );
    await app.tell(...changes, ...runs(other, '2026-11-10T00:00:00.000Z', '2026-11-11T00:00:00.000Z'));
    await billing.closeAt(CLOSED);
    const [invoice] = await billing.invoices(place);
    const found = await spans(invoice!.id, 0, place.workloadId);
    const size = { cluster: 'local', release: 1, processType: 'web', cpuMillicores: 1_000, memoryMib: 1_024 };
    expect(found).toMatchObject([
      { ...size, instances: 1, from: '2026-11-10T00:00:00.000Z', to: '2026-11-11T00:00:00.000Z' },
      { ...size, instances: 3, from: '2026-11-11T00:00:00.000Z', to: '2026-11-12T00:00:00.000Z' },
      { ...size, instances: 2, from: '2026-11-12T00:00:00.000Z', to: '2026-11-13T00:00:00.000Z' },
    ]);
    const [part, ...more] = await parts(invoice!.id, 0);
    expect(part).toMatchObject({ spans: 3, workloadId: place.workloadId });
    expect(more).toEqual([]);
    expect(String(found.reduce((all, { quantity }) => all + BigInt(quantity), 0n))).toBe(part!.quantity);
    // A neighbour's is not found by its id.
    expect(await spans(invoice!.id, 0, other.workloadId)).toEqual([]);
    const ask = (query: string, token = billing.administrator) =>
      app.call(`/v1/invoices/${invoice!.id}/spans?line=0${query}`, token);
    expect((await ask('')).body).toMatchObject({ errors: [{ pointer: '?workload' }] });
    expect((await ask(`&workload=${place.workloadId}&cursor=x`)).body).toMatchObject({ code: 'cursor_invalid' });
    expect((await ask(`&workload=${place.workloadId}`, await app.viewer(randomUUID()))).status).toBe(404);
  });

  it('that is no usage, or not there, has nothing to explain it, and strangers do not know it', async () => {
    const place = somewhere();
    await billing.account(place, { taxes: [{ id: 'vat', name: 'VAT', percent: '20' }] });
    await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-11T00:00:00.000Z'));
    await billing.closeAt(CLOSED);
    const [invoice] = await billing.invoices(place);
    const of = (line: number | string, token = billing.administrator) =>
      app.call(`/v1/invoices/${invoice!.id}/parts?line=${line}`, token);
    expect((await of(2)).body).toMatchObject({ code: 'line_not_explained', errors: [{ pointer: '?line' }] });
    expect((await of(3)).status).toBe(422);
    expect((await of('x')).status).toBe(422);
    expect((await of(0, await app.viewer(randomUUID()))).status).toBe(404);
    expect((await of(0, await app.viewer(place.organizationId))).status).toBe(200);
  });
});

describe('two months', () => {
  const compare = async ({ organizationId }: Place, month: string, other: string, token = billing.administrator) =>
    app.call(`/v1/costs/comparison?organization=${organizationId}&month=${month}&with=${other}`, token);

  it('are compared by cause, which add up to the difference; overlapping spans of an app are one time', async () => {
    const place = somewhere();
    const worker = { ...core, processType: 'worker' };
    const added = somewhere({ organizationId: place.organizationId });
    await app.tell(
      ...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-14T04:00:00.000Z'),
      changed(place, { version: 3, at: at('2026-11-10T00:00:00.000Z'), entries: [core, worker] }),
      changed(place, { version: 4, at: at('2026-11-14T04:00:00.000Z'), entries: [] }),
      ...runs(added, '2026-11-20T00:00:00.000Z', '2026-11-20T10:00:00.000Z'),
    );
    const answer = (await compare(place, '2026-11', '2026-10')).body as unknown as MonthComparison;
    // October 100 h: 2.80 + 0.70; November 210 h: 5.88 + 1.47. A second instance for 100 h, and another app for 10 h.
    expect(answer).toMatchObject({ before: '3.50', after: '7.35', difference: '3.85', currency: 'EUR' });
    expect(answer.causes).toEqual([
      { cause: 'instances', appId: place.appId, metric: 'cpu', amount: '2.80' },
      { cause: 'instances', appId: place.appId, metric: 'memory', amount: '0.70' },
      { cause: 'new-app', appId: added.appId, metric: 'cpu', amount: '0.28' },
      { cause: 'new-app', appId: added.appId, metric: 'memory', amount: '0.07' },
    ]);
    const back = (await compare(place, '2026-10', '2026-11')).body as unknown as MonthComparison;
    expect(back.difference).toBe('-3.85');
  });

  it('of which one is not over is compared as far as it went, and one to come costs nothing', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 1, at: at('2026-10-31T14:00:00.000Z'), entries: [core] }));
    await billing.goTo('2026-11-01T20:00:00.000Z');
    expect((await compare(place, '2026-11', '2026-10')).body).toMatchObject({ before: '0.35', after: '0.70' });
    expect((await compare(place, '2026-12', '2026-11')).body).toMatchObject({ after: '0.00' });
  });

  it('that are the same, of nobody, or of others are refused', async () => {
    const place = somewhere();
    await app.tell(...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-11T00:00:00.000Z'));
    expect((await compare(place, '2026-11', '2026-11')).status).toBe(422);
    expect((await compare(somewhere(), '2026-11', '2026-10')).body).toMatchObject({ code: 'month_unknown' });
    for (const [month, other] of [
      ['0910-12', '2026-10'],
      ['2026-10', '0910-12'],
    ] as const)
      expect((await compare(place, month, other)).body).toMatchObject({ status: 422, code: 'month_unknown' });
    expect((await compare(place, '2026-11', '2026-10', await app.viewer(randomUUID()))).status).toBe(404);
  });
});
