import { randomUUID } from 'node:crypto';
import { ExportIncomplete, recompute } from '@berth/billing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Billing, runs } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());
beforeEach(() => billing.goTo('2026-10-20T12:00:00.000Z'));

const rate = (metric: 'cpu' | 'memory', price: string) => ({
  ...{ id: metric, name: metric.toUpperCase(), metric },
  pricing: { kind: 'per-unit', price },
});
const bookOf = async (over: object = {}): Promise<string> => {
  const prices = { rates: [rate('cpu', '0.05'), rate('memory', '0')] };
  const body = { name: `book-${randomUUID().slice(0, 8)}`, currency: 'EUR', prices, ...over };
  return String((await billing.administer('price-books', body)).body['id']);
};
const agree = ({ organizationId }: Place, validFrom: string, priceBookId: string, terms: object = {}) =>
  billing.administer('agreements', { organizationId, validFrom, priceBookId, terms });
const defaultBook = async (): Promise<string> => {
  const { body } = await app.call('/v1/price-books', billing.administrator);
  return (body['items'] as { id: string; name: string }[]).find(({ name }) => name === 'default')!.id;
};
const DECEMBER = '2026-12-01T00:00:00.000Z';
const CLOSED = '2026-12-04T00:00:00.000Z';

describe('an agreement', () => {
  it('changes book and terms at its moment, up and down, and its invoice can be computed anew', async () => {
    const place = somewhere();
    const dearer = await bookOf();
    // 100 hours: 25 by the default book, 50 by the dearer one, 25 by the dearer one with half the price and 10 % off.
    await agree(place, '2026-11-11T01:00:00.000Z', dearer);
    const discounts = [{ id: 'partner', name: 'Partner', percent: '10' }];
    await agree(place, '2026-11-13T03:00:00.000Z', dearer, { rates: [rate('cpu', '0.025')], discounts });
    await billing.tellAt(DECEMBER, ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await billing.closeAt(CLOSED);
    const [invoice] = await billing.invoices(place);
    // 25 x 0.028 = 0.70; 50 x 0.05 = 2.50; 25 x 0.025 = 0.625 -> 0.62; memory 25 x 0.007 = 0.175 -> 0.18; 10 % of 0.62
    const lines = invoice!.told.lines.map(({ kind, id, agreement, amount, apps }) => [
      ...[kind, id, agreement, amount, apps.reduce((all, each) => all + Number(each.amount), 0).toFixed(2)],
    ]);
    expect(lines).toEqual([
      ['usage', 'cpu', undefined, '0.70', '0.70'],
      ['usage', 'cpu', 1, '2.50', '2.50'],
      ['usage', 'cpu', 2, '0.62', '0.62'],
      ['usage', 'memory', undefined, '0.18', '0.18'],
      ['usage', 'memory', 1, '0.00', '0.00'],
      ['usage', 'memory', 2, '0.00', '0.00'],
      ['discount', 'partner', 2, '-0.06', '0.00'],
    ]);
    const exported = await exportInvoice(app, invoice!.id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
    const [first, second] = exported.agreements;
    const forged = [first!, { ...second!, terms: { ...second!.terms, discounts: [] } }];
    expect(() => recompute({ ...exported, agreements: forged })).toThrow(ExportIncomplete);
    expect(() => recompute({ ...exported, agreements: [first!] })).toThrow('Agreement 2');
  });

  it('holds for a month that is corrected later, line by line', async () => {
    const place = somewhere();
    await agree(place, '2026-11-16T00:00:00.000Z', await bookOf());
    await billing.tellAt(DECEMBER, ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await billing.closeAt(CLOSED);
    const late = somewhere({ organizationId: place.organizationId });
    await app.tell(...runs(late, '2026-11-15T14:00:00.000Z', '2026-11-16T10:00:00.000Z'));
    await billing.closeAt('2027-01-04T00:00:00.000Z');
    const [, december] = await billing.invoices(place);
    // 10 hours each: 110 x 0.028 = 3.08 (+0.28), 110 x 0.007 = 0.77 (+0.07), 10 x 0.05 = 0.50
    const corrected = december!.told.corrections[0]!.lines.map(({ id, agreement, amount }) => [id, agreement, amount]);
    expect(corrected).toEqual([
      ['cpu', undefined, '0.28'],
      ['cpu', 1, '0.50'],
      ['memory', undefined, '0.07'],
    ]);
    const exported = await exportInvoice(app, december!.id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
  });

  it('shows in costs and estimates from its moment on', async () => {
    const place = somewhere();
    await agree(place, '2026-10-21T00:00:00.000Z', await bookOf());
    const allocation = [{ instances: 1, cpuMillicores: 1_000, memoryMib: 1_024 }];
    const estimate = async () => {
      const body = { organization: place.organizationId, before: [], after: allocation };
      return (await app.call('/v1/costs/estimate', billing.administrator, body)).body['after'];
    };
    expect(await estimate()).toBe('25.55'); // 730 x (0.028 + 0.007)
    await billing.goTo('2026-10-21T00:00:00.000Z');
    expect(await estimate()).toBe('36.50'); // 730 x 0.05
    await billing.tellAt(
      '2026-10-22T00:00:00.000Z',
      ...runs(place, '2026-10-20T23:00:00.000Z', '2026-10-21T00:00:00.000Z'),
    );
    await app.tell(...runs(somewhere(place), '2026-10-21T00:00:00.000Z', '2026-10-21T02:00:00.000Z', 3));
    const { body } = await app.call(`/v1/costs?organization=${place.organizationId}`, billing.administrator);
    expect(body['total']).toBe('0.14'); // 0.028 -> 0.03, 2 x 0.05 = 0.10, 0.007 -> 0.01
  });

  it('is told to its organization alone, and made by administrators alone', async () => {
    const place = somewhere();
    const book = await defaultBook();
    expect((await agree(place, '2026-10-21T00:00:00.000Z', book)).body).toMatchObject({ number: 1, validTo: null });
    await agree(place, '2026-10-22T00:00:00.000Z', book, { minimum: '10' });
    const path = `/v1/billing-accounts/${place.organizationId}/agreements`;
    const token = await app.viewer(place.organizationId);
    const { body } = await app.call(path, token);
    expect((body['items'] as object[]).map((each) => ({ ...each, priceBookId: 0 }))).toMatchObject([
      { number: 1, validFrom: '2026-10-21T00:00:00.000Z', validTo: '2026-10-22T00:00:00.000Z' },
      { number: 2, validTo: null, terms: { minimum: '10', rates: [], fees: [], without: [], discounts: [] } },
    ]);
    expect((await app.call(path, await app.viewer(randomUUID()))).status).toBe(404);
    const mine = { organizationId: place.organizationId, validFrom: '2026-10-23T00:00:00.000Z', priceBookId: book };
    expect((await app.call('/v1/admin/metering/agreements', token, mine)).status).toBe(403);
    await expect(app.database.query(`update agreement set terms = '{}'`)).rejects.toThrow('never changed');
  });

  it('in the past, out of order, with another currency or rounding, or with terms that contradict is refused', async () => {
    const place = somewhere();
    const book = await defaultBook();
    const later = '2026-11-01T00:00:00.000Z';
    const codes = [];
    codes.push((await agree(place, '2026-10-20T12:00:00.000Z', book)).body['code']);
    await agree(place, later, book);
    codes.push((await agree(place, later, book)).body['code']);
    const next = '2026-12-01T00:00:00.000Z';
    codes.push((await agree(place, next, randomUUID())).body['code']);
    codes.push((await agree(place, next, await bookOf({ currency: 'JPY' }))).body['code']);
    codes.push((await agree(place, next, await bookOf({ rounding: 'half-up' }))).body['code']);
    const discounts = [{ id: 'gpu-off', name: 'x', percent: '1', on: ['gpu'] }];
    codes.push((await agree(place, next, book, { discounts })).body['code']);
    expect(codes).toEqual([
      ...['agreement_too_early', 'agreement_too_early', 'agreement_book_unknown', 'agreement_book_other'],
      ...['agreement_book_other', 'terms_inconsistent'],
    ]);
    expect((await billing.account(place, { priceBookId: await bookOf({ rounding: 'half-up' }) })).body['code']).toBe(
      'rounding_fixed',
    );
  });
});

describe('tax rules', () => {
  const rule = (over: object) =>
    billing.administer('tax-rules', {
      ...{ issuer: 'BERTH', country: 'AT', validFrom: '2026-10-21T00:00:00.000Z' },
      ...{ tax: { id: 'vat', name: 'VAT', percent: '20' }, ...over },
    });

  it('of a country hold for its customers as they are at the end of the period', async () => {
    await rule({});
    await rule({ validFrom: '2026-11-30T23:59:59.999Z', tax: { id: 'vat', name: 'VAT', percent: '10' } });
    await rule({ customers: 'with-tax-id', tax: { id: 'vat', name: 'Reverse charge', percent: '0' } });
    const [consumer, business, stranger] = [somewhere(), somewhere(), somewhere()];
    await billing.account(consumer, { country: 'AT' });
    await billing.account(business, { country: 'AT', taxId: 'ATU12345678' });
    for (const place of [consumer, business, stranger])
      await billing.tellAt(DECEMBER, ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await billing.closeAt(CLOSED);
    const taxes = async (place: Place) => {
      const [invoice] = await billing.invoices(place);
      return invoice!.told.lines.filter(({ kind }) => kind === 'tax').map(({ name, amount }) => `${name} ${amount}`);
    };
    expect([await taxes(consumer), await taxes(business), await taxes(stranger)]).toEqual([
      ['VAT 0.35'],
      ['Reverse charge 0.00'],
      [],
    ]);
  });

  it('begin in the future, and one at a time', async () => {
    const from = { validFrom: '2027-01-01T00:00:00.000Z' };
    expect((await rule(from)).status).toBe(201);
    expect((await rule(from)).body['code']).toBe('tax_rule_taken');
    expect((await rule({ validFrom: '2026-10-20T12:00:00.000Z' })).body['code']).toBe('tax_rule_too_early');
    const { body } = await app.call('/v1/admin/metering/tax-rules?limit=200', billing.administrator);
    expect((body['items'] as { validFrom: string }[]).some((each) => each.validFrom === from.validFrom)).toBe(true);
    expect((await app.call('/v1/admin/metering/tax-rules', await app.viewer(randomUUID()))).status).toBe(403);
  });

  it('alone make no invoice for a month in which there was nothing', async () => {
    const place = somewhere();
    await billing.account(place, { country: 'AT', taxes: [{ id: 'vat', name: 'VAT', percent: '20' }] });
    await billing.closeAt(CLOSED);
    expect(await billing.invoices(place)).toEqual([]);
  });
});
