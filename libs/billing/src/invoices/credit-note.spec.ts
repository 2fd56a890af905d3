import { type InvoiceDocument, invoiceDocument } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { creditNoteOf } from './credit-note.js';

const period = { month: '2026-11', timeZone: 'UTC', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };
const line = (kind: string, amount: string): object => ({
  ...{ kind, id: kind, name: kind, version: 1, from: period.from, to: period.to, usage: null, amount, apps: [] },
});
const invoice = invoiceDocument.parse({
  ...{ number: 'BERTH-000007', issuer: 'BERTH', organizationId: '0190b2a4-7c1e-7000-8000-000000000001', period },
  ...{ issuedAt: '2026-12-04T00:00:00.000Z', currency: 'EUR', rounding: { mode: 'half-even', decimals: 2 } },
  priceBook: { id: '0190b2a4-7c1e-7000-8000-000000000002', name: 'default', versions: [] },
  ...{ taxes: [{ id: 'vat', name: 'VAT', percent: '0' }], cut: '9', spans: { count: 0, sha256: '0'.repeat(64) } },
  lines: [line('usage', '10.00'), line('discount', '-1.50'), line('tax', '0.00'), line('credit', '-2.00')],
  corrections: [
    {
      ...{ invoice: 'BERTH-000003', month: '2026-10', cuts: { from: '1', to: '9' }, total: '-0.25' },
      lines: [{ kind: 'usage', id: 'cpu', name: 'CPU', version: 1, amount: '-0.25' }],
    },
  ],
  totals: { net: '8.50', tax: '0.00', credited: '2.00', corrected: '-0.25', due: '6.25' },
  codeVersion: '1',
}) as InvoiceDocument & { number: string; issuedAt: string };

const note = creditNoteOf({
  ...{ number: 'BERTH-000009', issuedAt: new Date('2026-12-10T00:00:00.000Z'), reason: 'wrong customer', invoice },
  sha256: 'f'.repeat(64),
});

describe('a credit note', () => {
  it('names the invoice that it takes back, and why', () => {
    expect(note).toMatchObject({
      ...{ number: 'BERTH-000009', reason: 'wrong customer', issuedAt: '2026-12-10T00:00:00.000Z' },
      invoice: { number: 'BERTH-000007', month: '2026-11', sha256: 'f'.repeat(64) },
    });
  });

  it('has the negative of every amount, and nothing has no sign', () => {
    expect(note.lines.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['usage', '-10.00'],
      ['discount', '1.50'],
      ['tax', '0.00'],
      ['credit', '2.00'],
    ]);
    expect(note.corrections).toMatchObject([{ invoice: 'BERTH-000003', total: '0.25', lines: [{ amount: '0.25' }] }]);
    expect(note.totals).toEqual({ net: '-8.50', tax: '0.00', credited: '-2.00', corrected: '0.25', due: '-6.25' });
  });
});
