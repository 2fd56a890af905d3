import { randomUUID } from 'node:crypto';
import { invoiceDocument, type InvoiceDocument } from '@berth/contracts/metering';
import { recompute } from '@berth/billing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money, writeInvoice } from '../src/exports/invoice-pdf.js';
import { Billing, runs } from './support/billing.js';
// eslint-disable-next-line @nx/enforce-module-boundaries -- one set of rules holds what the library writes and what the service sends
import { breachesAmong, breachesOf } from '../../../libs/billing/test/focus-rules.js';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the same
import { focusColumnNames, type FocusRow } from '../../../libs/billing/src/exports/focus-columns.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';
import { textOf } from './support/text-of.js';

let app: MeteringApp;
let billing: Billing;
let place: Place;
const profile = {
  ...{ name: 'Hafen Systems GmbH', address: ['Speicherstraße 12', '20457 Hamburg', 'Germany'], taxId: 'DE123456789' },
  ...{ email: 'billing@hafen.example', payment: ['IBAN DE02 1203 0000 0000 2020 51', 'BIC BYLADEM1001'] },
};

/** An invoice with all that one can have. */
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
  await billing.goTo('2026-10-20T12:00:00.000Z');
  place = somewhere();
  const { organizationId } = place;
  const issuer = 'HAFEN';
  await app.put(`/v1/admin/metering/issuers/${issuer}`, billing.administrator, { profile, daysToPay: 30 });
  const billTo = { name: 'Żółw & Łoś Sp. z o.o.', address: ['ul. Długa 5', '00-238 Warszawa', 'Polska'] };
  const taxes = [{ id: 'vat', name: 'VAT', percent: '19' }];
  await billing.account(place, {
    issuer,
    billTo,
    country: 'PL',
    taxId: 'PL5260001246',
    taxes,
    timeZone: 'Europe/Berlin',
  });
  await billing.administer('credits', { organizationId, name: 'Welcome', amount: '5' });
  const { body: books } = await app.call('/v1/price-books', billing.administrator);
  const priceBookId = (books['items'] as { id: string }[])[0]!.id;
  const rates = [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.02' } }];
  const terms = { rates, fees: [{ id: 'support', name: 'Support with answers within an hour', amount: '1250' }] };
  await billing.administer('agreements', { organizationId, validFrom: '2026-11-11T00:00:00.000Z', priceBookId, terms });
  const others = Array.from({ length: 24 }, () => somewhere({ organizationId }));
  await billing.tellAt(
    '2026-11-01T00:00:00.000Z',
    ...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-11T00:00:00.000Z'),
  );
  await billing.closeAt('2026-11-04T00:00:00.000Z');
  const usage = others.flatMap((other, index) =>
    runs(other, '2026-11-10T00:00:00.000Z', `2026-11-${12 + (index % 9)}T04:00:00.000Z`),
  );
  const late = runs(somewhere({ organizationId }), '2026-10-30T00:00:00.000Z', '2026-10-30T10:00:00.000Z');
  await billing.tellAt('2026-12-01T00:00:00.000Z', ...usage, ...late);
  await billing.closeAt('2026-12-04T00:00:00.000Z');
}, 600_000);
afterAll(() => app.close());

const november = async () => (await billing.invoices(place))[1]!;
const fetched = async (path: string, token = billing.administrator) => {
  const answer = await fetch(`${app.service.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
};

describe('an invoice names', () => {
  it('who sells, who buys and until when it must be paid, and can still be computed anew', async () => {
    const { id, told } = await november();
    expect(told).toMatchObject({
      ...{ seller: profile, buyer: { name: 'Żółw & Łoś Sp. z o.o.', country: 'PL', taxId: 'PL5260001246' } },
      payUntil: '2027-01-03T00:00:00.000Z',
    });
    const exported = await exportInvoice(app, id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
  });

  it('an issuer that administrators alone describe', async () => {
    const path = '/v1/admin/metering/issuers/OTHER';
    expect((await app.put(path, await app.viewer(randomUUID()), { profile })).status).toBe(403);
    expect((await app.put('/v1/admin/metering/issuers/lower', billing.administrator, { profile })).status).toBe(422);
    const { body } = await app.call('/v1/admin/metering/issuers', billing.administrator);
    expect(body['items']).toEqual([{ issuer: 'HAFEN', profile, daysToPay: 30 }]);
  });
});

describe('a PDF', () => {
  it('is the same bytes whenever it is asked for, and has as many pages as it needs', async () => {
    const { id, number } = await november();
    const first = await fetched(`/v1/invoices/${id}/pdf`);
    expect(first.headers.get('content-type')).toBe('application/pdf');
    expect(first.headers.get('content-disposition')).toBe(`attachment; filename="${number}.pdf"`);
    expect(first.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(first.bytes.toString('latin1').match(/\/Type \/Page\n/g)!.length).toBeGreaterThan(1);
    expect((await fetched(`/v1/invoices/${id}/pdf`)).bytes.equals(first.bytes)).toBe(true);
  });

  const written = (told: InvoiceDocument, state: Parameters<typeof writeInvoice>[2]): string =>
    textOf((paper) => writeInvoice(paper, told, state));

  it('says every amount of the document, who pays whom and how', async () => {
    const { told, ...state } = await november();
    const text = written(told, state);
    const amounts = [...told.lines, ...told.corrections.flatMap(({ lines }) => lines)].map(({ amount }) => amount);
    for (const amount of [...amounts, told.totals.net, told.totals.due]) expect(text).toContain(`${money(amount)} EUR`);
    for (const line of [...profile.address, ...profile.payment, 'Tax id: PL5260001246', 'ul. Długa 5'])
      expect(text).toContain(line);
    expect(text).toContain('VAT (19 %)');
    expect(text).toContain('1 November 2026 to 30 November 2026\nTime zone: Europe/Berlin');
    expect(text).toContain('To be paid until: 3 January 2027');
    expect(text).toContain(`Reference: ${told.number}`);
    expect(text).not.toMatch(/VOID|Paid on/);
  });

  it('says by the clocks of the account since when a price holds', async () => {
    const { told, ...state } = await november();
    expect(written(told, state)).toContain('11 Nov 2026, 01:00 to\n1 Dec 2026, 00:00');
  });

  it('says hours in the plural, and symbols of units as they are', async () => {
    const { told, ...state } = await november();
    const usage = { metric: 'egress' as const, quantity: String(5 * 2 ** 30), unit: 'GiB' };
    const lines = told.lines.map((line) => (line.usage?.metric === 'memory' ? { ...line, usage, apps: [] } : line));
    const text = written({ ...told, lines }, state);
    expect(text).toContain('\n5.0000 GiB\n');
    expect(text).toMatch(/\n[0-9,.]+ core-hours\n/);
  });

  it('says that it was paid or became void, and a preview that it is one', async () => {
    const { told, ...state } = await november();
    const at = '2026-12-10T00:00:00.000Z';
    expect(written(told, { ...state, status: 'paid', paidAt: at })).toContain('Paid on 10 December 2026');
    expect(written(told, { ...state, status: 'void', voidedAt: at })).toContain(
      'VOID since 10 December 2026: do not pay',
    );
    const { seller: _, buyer: __, payUntil: ___, ...bare } = told;
    const preview = written(invoiceDocument.parse({ ...bare, number: null, issuedAt: null }), state);
    expect(preview).toContain('Preview');
    expect(preview).toContain(`Organization ${told.organizationId}`);
  });

  it.each([
    ['0.00', '0.00'],
    ['-1234567.89', '-1,234,567.89'],
    ['999', '999'],
    ['1000', '1,000'],
  ])('writes %s as %s', (amount, text) => expect(money(amount)).toBe(text));
});

/** Cells by column, null where there is nothing: text as RFC 4180 has it. */
async function focusOf(id: string) {
  const text = (await fetched(`/v1/invoices/${id}/focus`)).bytes.toString();
  const lines = text.trimEnd().split('\r\n').map(cellsOf);
  const [head = [], ...rows] = lines;
  return { head, rows: rows.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at] || null]))) };
}

const cellsOf = (line: string): string[] =>
  [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );

describe('CSV and FOCUS', () => {
  it('are files whose rows add up to what is due, with the list price beside the agreed one', async () => {
    const { id, told } = await november();
    const csv = await fetched(`/v1/invoices/${id}/csv`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const { rows } = await focusOf(id);
    const cents = rows.reduce((all, row) => all + BigInt(row['BilledCost']!.replace('.', '')), 0n);
    expect(cents).toBe(BigInt(told.totals.due.replace('.', '')));
    const cpu = rows.filter((row) => row['SkuPriceId']?.endsWith('/cpu'));
    const prices = cpu.map((row) => [
      row['SkuPriceId'],
      Number(row['ListUnitPrice']),
      Number(row['ContractedUnitPrice']),
    ]);
    // Agreed from the eleventh on; what ran on the tenth is by the list.
    expect([...new Map(prices.map((each) => [each[0], each])).values()]).toEqual([
      ['default/v1/cpu', 0.028, 0.028],
      ['default/v1-a1/cpu', 0.028, 0.02],
    ]);
  });

  it('keep the rules of the columns of FOCUS, with usage, fees, taxes, credits and corrections', async () => {
    for (const { id } of await billing.invoices(place)) {
      const { head, rows } = await focusOf(id);
      expect(head).toEqual(focusColumnNames);
      expect(rows.flatMap((row) => breachesOf(row as FocusRow))).toEqual([]);
      expect(breachesAmong(rows as FocusRow[])).toEqual([]);
    }
    const { rows } = await focusOf((await november()).id);
    const kinds = new Set(rows.map((row) => row['ChargeClass'] ?? row['ChargeCategory']));
    expect([...kinds].toSorted()).toEqual(['Correction', 'Credit', 'Purchase', 'Tax', 'Usage']);
  });

  it('are for the organization alone', async () => {
    const { id } = await november();
    const [own, stranger] = [await app.viewer(place.organizationId), await app.viewer(randomUUID())];
    for (const format of ['pdf', 'csv', 'focus']) {
      expect((await fetched(`/v1/invoices/${id}/${format}`, own)).status).toBe(200);
      expect((await fetched(`/v1/invoices/${id}/${format}`, stranger)).status).toBe(404);
    }
  });
});
