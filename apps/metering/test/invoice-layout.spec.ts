import { type InvoiceDocument, invoiceDocument } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { creditNoteOf } from '@berth/billing';
import { creditNotePdf } from '../src/exports/credit-note-pdf.js';
import { invoicePdf, type InvoiceState } from '../src/exports/invoice-pdf.js';
import { linesOn, type PlacedLine } from './support/lines-on.js';

const idOf = (last: number) => `019a0000-0000-7000-8000-${String(last).padStart(12, '0')}`;
const month = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };
/** Four labels of 63, 63, 63 and 61 characters: the longest name of a host there is. */
const longestHost = ['a', 'b', 'c', 'd'].map((letter, index) => letter.repeat(index < 3 ? 63 : 61)).join('.');

/** Hosts of each length, so that some take one line more where there is a little less room. */
const hosts = Array.from({ length: 30 }, (_, index) => `${'shop-'.repeat(index).slice(0, index * 3)}x.example.com`);
const project = { id: idOf(1), name: `p${'-project'.repeat(4)}` };
const names = hosts.map((host, index) => ({
  ...{ appId: idOf(100 + index), name: `app-${index}-${'w'.repeat(index % 30)}`, project },
  // Of one app more than a page has room for.
  environments: Array.from({ length: index === 20 ? 150 : 1 }, (_, at) => ({ id: idOf(at), name: `preview-${at}` })),
  domains: [{ id: idOf(200 + index), name: index === 7 ? longestHost : host }],
}));
const amount = '1234567890123456.78';
const usage = { metric: 'domain', quantity: '9007199254740993000000', unit: 'domain-hour' };
const line = (over: object) => ({
  ...{ kind: 'usage', id: 'domain', name: 'Domains', version: 1, agreement: 12, ...month, usage, amount },
  ...{ apps: [{ appId: idOf(100), quantity: '3600000', amount }], ...over },
});
const rest = { usage: null, apps: [], version: null, agreement: undefined };

/** Everything in it is as long as it may be. */
const told: InvoiceDocument = invoiceDocument.parse({
  ...{ number: 'BERTH-000007', issuer: 'BERTH', organizationId: idOf(2), issuedAt: month.to, currency: 'EUR' },
  seller: {
    ...{ name: 'S'.repeat(200), address: Array.from({ length: 6 }, () => 'W'.repeat(200)), taxId: 'DE123456789' },
    ...{ email: 'billing@hafen.example', payment: Array.from({ length: 6 }, () => 'Please pay '.repeat(18)) },
  },
  buyer: { name: 'W'.repeat(200), address: ['ul. Długa 5'], country: 'PL', taxId: null },
  payUntil: month.to,
  period: { month: '2026-11', timeZone: 'America/Argentina/ComodRivadavia', ...month },
  rounding: { mode: 'half-even', decimals: 2 },
  priceBook: { id: idOf(3), name: 'p'.repeat(40), versions: [{ version: 1, ...month, sha256: 'a'.repeat(64) }] },
  ...{ taxes: [{ id: 'vat', name: 'W'.repeat(100), percent: '19' }], cut: '7' },
  ...{ spans: { count: 3, sha256: 'b'.repeat(64) }, codeVersion: '1', names },
  lines: [
    ...Array.from({ length: 20 }, (_, index) => line({ name: `${'rate '.repeat(index)}${'w'.repeat(index)}` })),
    line({ ...rest, kind: 'fee', id: 'lines', name: Array.from({ length: 50 }, (_, at) => `l${at}`).join('\n') }),
    line({ ...rest, kind: 'tax', id: 'vat', name: 'W'.repeat(100) }),
    line({ ...rest, kind: 'credit', id: idOf(4), name: 'Welcome', amount: '-2.00' }),
  ],
  corrections: [
    {
      ...{ invoice: 'BERTH-000003', month: '2026-10', cuts: { from: '1', to: '7' }, total: '0.46' },
      lines: [{ kind: 'usage', id: 'cpu', name: 'W'.repeat(100), version: 1, amount: '0.46' }],
    },
  ],
  totals: { net: amount, tax: amount, credited: '2.00', corrected: '0.46', due: amount },
});
const state: InvoiceState = { status: 'issued', sha256: 'c'.repeat(64), paidAt: null, voidedAt: null };

/** What ink covers, roughly: letters are a quarter of their size below the line and three above. */
const heightOf = ({ baseline, size }: PlacedLine) => ({ top: baseline - 0.75 * size, bottom: baseline + 0.22 * size });
const isOver = (a: PlacedLine, b: PlacedLine): boolean => {
  const [one, other] = [heightOf(a), heightOf(b)];
  const beside = a.right <= b.left || b.right <= a.left;
  return a.page === b.page && !beside && one.top < other.bottom && other.top < one.bottom;
};
/** Points: A4 with margins of 50 and a footer below 770. */
const isOutside = ({ left, right, baseline, size }: PlacedLine): boolean =>
  left < 49.9 || right > 545.4 || baseline < 50 || baseline > (size === 6.5 ? 841 : 770);

const textOf = (lines: readonly PlacedLine[]): string => lines.map(({ text }) => text).join('');

describe.each([
  ['an invoice', () => invoicePdf(told, state)],
  [
    'a credit note',
    () => {
      const invoice = { ...told, number: 'BERTH-000007', issuedAt: month.to };
      const about = { number: 'BERTH-000008', issuedAt: new Date(month.to), reason: 'wrong '.repeat(30) };
      return creditNotePdf(creditNoteOf({ ...about, invoice, sha256: state.sha256 }), state.sha256);
    },
  ],
])('on paper %s with everything as long as it may be', (_name, write) => {
  it('has no text over another or off the page', async () => {
    const lines = linesOn(await write());
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.filter(isOutside)).toEqual([]);
    const over = lines.flatMap((each, index) => lines.slice(index + 1).filter((other) => isOver(each, other)));
    expect(over.map(({ page, text, baseline }) => ({ page, text, baseline }))).toEqual([]);
  });
});

describe('on paper', () => {
  it('each page says how amounts were rounded, and by which hash the document is known', async () => {
    const lines = linesOn(await invoicePdf(told, state));
    const pages = Map.groupBy(
      lines.filter(({ size }) => size === 6.5),
      ({ page }) => page,
    );
    expect(pages.size).toBe(Math.max(...lines.map(({ page }) => page)));
    for (const footer of pages.values()) {
      expect(textOf(footer)).toContain('Each line is rounded once (half-even, 2 decimals).');
      expect(textOf(footer)).toContain(state.sha256);
    }
  });

  it('hosts, apps and environments are written in full, in the column that they belong to', async () => {
    const lines = linesOn(await invoicePdf(told, state));
    const { left: at } = lines.find(({ text, size }) => text === 'Domain' && size === 8)!;
    const second = lines.filter(({ left }) => Math.abs(left - at) < 0.01);
    const { left: next } = lines.find(({ text }) => text === 'Id of the domain')!;
    expect(second.filter(({ right }) => right > next)).toEqual([]);
    expect(textOf(second)).toContain(longestHost);
    for (const host of hosts.filter((_, index) => index !== 7)) expect(textOf(second)).toContain(host);
    const previews = lines.filter(({ text }) => /^preview-[0-9]+$/.test(text));
    expect(new Set(previews.map(({ text }) => text)).size).toBe(150);
  });
});
