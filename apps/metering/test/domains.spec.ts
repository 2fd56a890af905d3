import { randomUUID } from 'node:crypto';
import { invoiceExport, recompute } from '@berth/billing';
import type { ClosingChecklist, InvoicePart } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeInvoice } from '../src/exports/invoice-pdf.js';
import { MissingAllocations } from '../src/spans/missing-allocations.js';
import { Billing, runs } from './support/billing.js';
import { DomainOf } from './support/domains.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';
import { textOf } from './support/text-of.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

const TENTH = '2026-11-10T00:00:00.000Z';
const ELEVENTH = '2026-11-11T00:00:00.000Z';
const TWELFTH = '2026-11-12T00:00:00.000Z';
const THIRTEENTH = '2026-11-13T00:00:00.000Z';
const DAY = 86_400;

const usageOf = async ({ organizationId }: Place, more = '') => {
  const path = `/v1/usage?organization=${organizationId}&from=2026-11-01T00:00:00.000Z&to=2026-12-01T00:00:00.000Z${more}`;
  return (await app.call(path, billing.administrator)).body;
};
const leads = async (place: Place, seconds: number) =>
  expect(await usageOf(place)).toMatchObject({ waitingWorkloads: 0, total: { domainSeconds: String(seconds) } });
/** That an invoice was issued, and follows from its events byte by byte. */
const invoiceOf = async (place: Place) => {
  await billing.account(place, { issuer: `D${randomUUID().slice(0, 8).toUpperCase()}` });
  await billing.closeAt('2026-12-05T00:00:00.000Z');
  const [invoice] = await billing.invoices(place);
  const exported = invoiceExport.parse(await exportInvoice(app, invoice!.id, billing.administrator));
  expect(recompute(exported)).toBe(invoice!.document);
  return invoice!;
};

describe('a domain', () => {
  it('counts from when it is attached until it is removed, once however often it is told', async () => {
    const place = somewhere();
    const domain = new DomainOf(place);
    const events = [domain.attached(1, TENTH), domain.removed(1, TENTH, TWELFTH), domain.snapshot(1, TENTH, TWELFTH)];
    await app.tellAs(domain.id, ...events, ...events);
    const domainSeconds = String(2 * DAY);
    expect(await usageOf(place, '&by=process')).toMatchObject({
      items: [{ appId: place.appId, environmentId: place.environmentId, processType: 'web', domainSeconds }],
      total: { millicoreSeconds: '0', byteSeconds: '0', instanceSeconds: '0', domainSeconds },
      waitingWorkloads: 0,
    });
    const anomalies = `/v1/usage/anomalies?organization=${place.organizationId}`;
    expect((await app.call(anomalies, billing.administrator)).body).toMatchObject({ items: [] });
  });

  it.each([
    ['nothing but its removal', (domain: DomainOf) => [domain.removed(1, TENTH, TWELFTH)]],
    [
      'a snapshot and its removal',
      (domain: DomainOf) => [domain.snapshot(1, TENTH), domain.removed(1, TENTH, TWELFTH)],
    ],
    ['its removal first', (domain: DomainOf) => [domain.removed(1, TENTH, TWELFTH), domain.attached(1, TENTH)]],
    ['what was told uncounted', (domain: DomainOf) => [domain.uncounted(), domain.removed(1, TENTH, TWELFTH)]],
  ])('counts as much by %s', async (_name, eventsOf) => {
    const place = somewhere();
    const domain = new DomainOf(place);
    await app.tellAs(domain.id, ...eventsOf(domain));
    await leads(place, 2 * DAY);
  });

  it('counts again when it was lost and is proven anew; what is missing between keeps the period open', async () => {
    const place = somewhere();
    const domain = new DomainOf(place);
    const [first, lost, second] = [
      domain.attached(1, TENTH),
      domain.removed(1, TENTH, ELEVENTH),
      domain.removed(2, TWELFTH, THIRTEENTH),
    ];
    await app.tellAs(domain.id, first, second);
    expect(await usageOf(place)).toMatchObject({ waitingWorkloads: 1 });
    await app.tellAs(domain.id, lost);
    await leads(place, 2 * DAY);
  });

  it('goes on while nobody speaks of it, and asks nobody', async () => {
    const place = somewhere();
    const domain = new DomainOf(place);
    await app.tell(domain.attached(1, '2026-11-19T00:00:00.000Z'));
    await billing.goTo('2026-11-20T13:00:00.000Z');
    await app.service.app.get(MissingAllocations, { strict: false }).ask();
    await leads(place, 37 * 3_600);
    const asked = 'select asked_at as "at" from metered_workload where workload_id = $1';
    expect(await app.database.query(asked, [domain.id])).toEqual([{ at: null }]);
    const path = `/v1/usage/running?organization=${place.organizationId}&at=2026-11-20T00:00:00.000Z`;
    expect((await app.call(path, billing.administrator)).body).toMatchObject({ items: [] });
  });

  it('goes on when the database of its owner is an older one, since the epoch began', async () => {
    const place = somewhere();
    const domain = new DomainOf(place);
    const before = [domain.attached(1, TENTH), domain.removed(1, TENTH, ELEVENTH)];
    domain.restore();
    const after = [domain.snapshot(1, TWELFTH), domain.removed(1, TWELFTH, THIRTEENTH)];
    await billing.tellAt('2026-11-25T00:00:00.000Z', ...before, ...after);
    await leads(place, 2 * DAY);
    await invoiceOf(place);
  });

  it.each([
    ['ends before it begins', 'contradictory', (domain: DomainOf) => domain.removed(1, ELEVENTH, TENTH)],
    [
      'is told by another service',
      'foreign_source',
      (domain: DomainOf) => ({ ...domain.attached(1, TENTH), source: '/berth/build' }),
    ],
  ])('is refused when it %s', async (_name, refusal, eventOf) => {
    const domain = new DomainOf(somewhere());
    const event = eventOf(domain);
    await app.tellAs(domain.id, event);
    const reasons = await app.database.query('select error from dead_letter where id = $1', [event.id]);
    expect(reasons).toEqual([{ error: expect.stringContaining(refusal) }]);
    expect(await app.database.query('select from accepted_event where workload_id = $1', [domain.id])).toEqual([]);
  });
});

describe('the price of domains', () => {
  it('is nothing by the default price book, and stands on the invoice', async () => {
    const place = somewhere();
    const domain = new DomainOf(place);
    const used = runs(place, TENTH, '2026-11-14T04:00:00.000Z');
    await billing.tellAt('2026-11-25T00:00:00.000Z', ...used, domain.removed(1, TENTH, ELEVENTH));
    const { id, told } = await invoiceOf(place);
    expect(told.lines.map(({ name, amount, usage }) => [name, amount, usage?.quantity, usage?.unit])).toEqual([
      ['CPU', '2.80', expect.any(String), 'core-hour'],
      ['Memory', '0.70', expect.any(String), 'GiB-hour'],
      ['Domains', '0.00', String(DAY * 1_000), 'domain-hour'],
    ]);
    const { body } = await app.call(`/v1/invoices/${id}/parts?line=2`, billing.administrator);
    expect(body['items'] as InvoicePart[]).toMatchObject([
      { workloadId: domain.id, processType: 'web', release: 0, domains: 1, quantity: String(DAY * 1_000) },
    ]);
  });

  it('is told by hosts and paths on the invoice, on paper and in tables, as far as anybody said them', async () => {
    const place = somewhere();
    const [shop, api] = [new DomainOf(place), new DomainOf(place, { host: 'shop.example.com', path: '/api' })];
    const unknown = new DomainOf(place);
    const events = [shop.removed(1, TENTH, ELEVENTH), api.snapshot(1, TENTH), unknown.removed(1, TENTH, ELEVENTH)];
    await billing.tellAt('2026-11-25T00:00:00.000Z', ...events);
    await app.database.query('delete from place_name where id = $1', [unknown.id]);
    const { id, told, ...state } = await invoiceOf(place);
    const hosts = [
      { id: shop.id, name: 'shop.example.com' },
      { id: api.id, name: 'shop.example.com/api' },
      { id: unknown.id, name: null },
    ];
    expect(told.names).toMatchObject([
      { appId: place.appId, domains: hosts.toSorted((a, b) => (a.id < b.id ? -1 : 1)) },
    ]);
    const text = textOf((paper) => writeInvoice(paper, told, state));
    expect(text).toContain(`shop.example.com/api\n${api.id}`);
    expect(text).toContain(unknown.id);
    const headers = { authorization: `Bearer ${billing.administrator}` };
    for (const format of ['csv', 'focus']) {
      const file = await fetch(`${app.service.url}/v1/invoices/${id}/${format}`, { headers });
      const line = (await file.text()).split('\r\n').find((row) => row.includes('Domains'));
      for (const each of ['shop.example.com', 'shop.example.com/api', unknown.id]) expect(line).toContain(each);
    }
  });

  it('has no host that was told before attachments were counted', async () => {
    const place = somewhere();
    const domain = new DomainOf(place);
    await app.tell(domain.uncounted());
    expect(await app.database.query('select from place_name where id = $1', [domain.id])).toEqual([]);
  });

  it('may be another one, by the hour of each', async () => {
    const place = somewhere();
    const rates = [{ id: 'domain', name: 'Domains', metric: 'domain', pricing: { kind: 'per-unit', price: '0.01' } }];
    const name = `domains-${randomUUID().slice(0, 8)}`;
    const made = await billing.administer('price-books', { name, currency: 'EUR', prices: { rates } });
    await billing.account(place, { priceBookId: made.body['id'] });
    const domains = [new DomainOf(place), new DomainOf(place)];
    await app.tell(...domains.map((each) => each.removed(1, TENTH, ELEVENTH)));
    const query = `organization=${place.organizationId}&from=${TENTH}&to=${THIRTEENTH}&by=app`;
    expect((await app.call(`/v1/costs?${query}`, billing.administrator)).body).toMatchObject({
      items: [{ cpu: '0.0000000000', domain: '0.4800000000', total: '0.4800000000' }],
      total: '0.48',
    });
  });
});

describe('a domain that was attached before anybody counted', () => {
  const MARCH = '2026-03-01T00:00:00.000Z';
  const rate = (metric: string, price: string) => ({
    ...{ id: metric, name: metric, metric },
    pricing: { kind: 'per-unit', price },
  });
  const withoutDomains = [rate('cpu', '0.028'), rate('memory', '0.007')];
  /** October is billed, and everything before it was closed with nothing to bill; then the domain is told, since March. */
  const toldLate = async (place: Place, settings: object = {}) => {
    await billing.goTo('2026-10-15T00:00:00.000Z');
    await billing.account(place, { issuer: `B${randomUUID().slice(0, 8).toUpperCase()}`, ...settings });
    const used = runs(place, '2026-10-10T00:00:00.000Z', '2026-10-10T10:00:00.000Z');
    await billing.tellAt('2026-10-20T00:00:00.000Z', ...used);
    await billing.closeAt('2026-11-05T00:00:00.000Z');
    await billing.tellAt('2026-11-20T00:00:00.000Z', new DomainOf(place).snapshot(1, MARCH));
    return (await billing.invoices(place))[0]!;
  };
  const checklist = async ({ organizationId }: Place) => {
    const { body } = await app.call(`/v1/admin/metering/closings/${organizationId}`, billing.administrator);
    return body as unknown as ClosingChecklist;
  };
  /** By month: what domains used and cost. */
  const billed = async (place: Place) =>
    (await billing.invoices(place)).map(({ told: { period, lines, corrections } }) => {
      expect(corrections).toEqual([]);
      const domains = lines.filter(({ usage }) => usage?.metric === 'domain');
      return [period.month, ...domains.map(({ usage, amount }) => [Number(usage?.quantity) / 3_600_000, amount])];
    });

  it('where it is free, changes no invoice and brings none of zeros for months that were closed', async () => {
    const place = somewhere();
    const october = await toldLate(place);
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    expect(await billed(place)).toEqual([['2026-10'], ['2026-11', [720, '0.00']]]);
    expect((await billing.invoices(place))[0]).toEqual(october);
    expect(await usageOf(place)).toMatchObject({ total: { domainSeconds: String(30 * DAY) } });
  });

  it('is charged from when there is a price, and never for months that were closed without one', async () => {
    const place = somewhere();
    const prices = { rates: withoutDomains };
    const made = await billing.administer('price-books', {
      ...{ name: `before-${randomUUID().slice(0, 8)}`, currency: 'EUR', prices },
    });
    const october = await toldLate(place, { priceBookId: made.body['id'] });
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    const { unpriced } = await checklist(place);
    const months = ['03', '04', '05', '06', '07', '08', '09', '11'].map((month) => `2026-${month}`);
    expect(unpriced.map(({ month, metric }) => [month, metric])).toEqual(months.map((month) => [month, 'domain']));
    for (const month of months)
      await billing.administer(`closings/${place.organizationId}/waivers`, {
        ...{ month, metric: 'domain', reason: 'was not counted then' },
      });
    await billing.administer(`price-books/${String(made.body['id'])}/versions`, {
      ...{ validFrom: '2026-12-30T00:00:00.000Z', prices: { rates: [...withoutDomains, rate('domain', '0.01')] } },
    });
    await billing.closeAt('2026-12-05T00:20:00.000Z');
    await billing.administer(`closings/${place.organizationId}/waivers`, {
      ...{ month: '2026-12', metric: 'domain', reason: 'was not priced then' },
    });
    await billing.closeAt('2027-01-05T00:00:00.000Z');
    // Two days of December: 48 x 0.01
    expect(await billed(place)).toEqual([['2026-10'], ['2026-12', [48, '0.48']]]);
    expect((await billing.invoices(place))[0]).toEqual(october);
  });
});
