import { type InvoiceDocument, type PriceList, priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMinor, parseMinor } from '../rating/currency.js';
import type { RatedLine, Segment, UsageOfApp } from '../rating/rating.js';
import { type CorrectedLine, differences } from './corrections.js';
import { creditNoteOf } from './credit-note.js';
import { documentOf, type InvoiceInput, type LateUsage } from './document.js';

const [from, middle, to] = [1, 11, 31].map((day) => new Date(Date.UTC(2026, 9, day))) as [Date, Date, Date];
const hour = 3_600_000_000n;
const prices = (list: object): PriceList => priceList.parse({ rates: [], ...list });
const perHour = (price: string) => ({
  ...{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price } },
});
const used = (...all: readonly (readonly [string, bigint])[]): UsageOfApp[] =>
  all.map(([appId, quantity]) => ({ appId, metric: 'cpu', quantity }));
const segment = (list: PriceList, usage: UsageOfApp[], over: Partial<Segment> = {}): Segment => ({
  version: { version: 1, validFrom: from.toISOString(), validTo: null, prices: list },
  ...{ from, to, usage },
  ...over,
});
const input = (segments: readonly Segment[], over: Partial<InvoiceInput> = {}): InvoiceInput => ({
  ...{ number: 'BERTH-1', issuedAt: new Date(Date.UTC(2026, 10, 4)), issuer: 'BERTH', organizationId: 'o', segments },
  period: { month: '2026-10', timeZone: 'UTC', from, to },
  book: { id: 'b', name: 'default', currency: 'EUR', rounding: 'half-even' },
  ...{ coupons: [], taxes: [], credits: [], cut: '1', spans: { count: 0, sha256: '' }, names: undefined },
  ...{ corrections: [], parties: {}, codeVersion: '1' },
  ...over,
});
const late = (before: bigint, after: bigint, currency = 'EUR'): LateUsage => {
  const line = (amount: bigint) => ({ kind: 'usage' as const, id: 'cpu', name: 'CPU', version: 1, amount });
  const about = { invoice: 'BERTH-0', month: '2026-09', currency, cuts: { from: '1', to: '2' } };
  return { ...about, before: [line(before)], after: [line(after)] };
};

describe('an invoice', () => {
  it('gives each app its part of a line, to the last cent, the first of equals the one that is left over', () => {
    const usage = used(['a', hour], ['b', hour], ['c', hour]);
    // 3 x 3.3333333333 = 9.9999999999 -> 10.00
    const { lines } = documentOf(input([segment(prices({ rates: [perHour('3.3333333333')] }), usage)]));
    expect(lines).toMatchObject([{ amount: '10.00' }]);
    expect(lines[0]?.apps.map(({ appId, amount }) => `${appId} ${amount}`)).toEqual(['a 3.34', 'b 3.33', 'c 3.33']);
  });

  it('keeps the apps of one version and agreement apart from those of another', () => {
    const list = prices({ rates: [perHour('1')] });
    const parts: [string, Partial<Segment>][] = [
      ['before', { to: middle }],
      ['agreed', { from: middle, to: new Date(Date.UTC(2026, 9, 15)), agreement: 1 }],
      ['again', { from: new Date(Date.UTC(2026, 9, 15)), agreement: 2 }],
    ];
    const told = documentOf(input(parts.map(([app, over]) => segment(list, used([app, hour]), over))));
    const seen = told.lines.map(({ agreement, apps }) => [agreement, apps.map(({ appId }) => appId)]);
    expect(seen).toEqual([
      [undefined, ['before']],
      [1, ['agreed']],
      [2, ['again']],
    ]);
    expect(told.priceBook.versions.map(({ agreement }) => agreement)).toEqual([undefined, 1, 2]);
  });

  it('leaves out apps that used nothing, and what it has none of', () => {
    const told = documentOf(
      input([segment(prices({ rates: [perHour('1')] }), used(['a', hour], ['idle', 0n]))], { names: [] }),
    );
    expect(told.lines[0]?.apps.map(({ appId }) => appId)).toEqual(['a']);
    for (const absent of ['names', 'coupons', 'credits', 'unpriced', 'seller', 'buyer'] as const)
      expect(told).not.toHaveProperty(absent);
  });

  it('that is a preview has neither number nor date', () => {
    const told = documentOf(input([segment(prices({}), [])], { number: null, issuedAt: null }));
    expect([told.number, told.issuedAt, told.totals.due]).toEqual([null, null, '0.00']);
  });

  it('is due with what was corrected, also when that is more than it charges itself', () => {
    const list = prices({ rates: [perHour('1')] });
    const told = documentOf(input([segment(list, used(['a', hour]))], { corrections: [late(500n, 200n)] }));
    expect(told.corrections).toMatchObject([{ invoice: 'BERTH-0', total: '-3.00' }]);
    expect(told.totals).toEqual({ net: '1.00', tax: '0.00', credited: '0.00', corrected: '-3.00', due: '-2.00' });
  });

  it('does not speak of an earlier invoice that comes out as it was', () => {
    const told = documentOf(input([segment(prices({}), [])], { corrections: [late(500n, 500n), late(1n, 3n)] }));
    expect(told.corrections.map(({ total }) => total)).toEqual(['0.02']);
  });

  it('has the decimals of its currency in every amount', () => {
    const list = prices({ rates: [perHour('1.5')], fees: [{ id: 'ff', name: 'F', amount: '7' }] });
    const of = (currency: string) =>
      documentOf(
        input([segment(list, used(['a', hour]))], {
          book: { id: 'b', name: 'default', currency, rounding: 'half-up' },
          credits: [{ id: 'c', name: 'C', left: 5n }],
          corrections: [late(0n, 5n, currency)],
        }),
      );
    const amountsOf = ({ lines, totals, corrections, credits }: InvoiceDocument) => [
      ...lines.map(({ amount }) => amount),
      ...[totals.due, corrections[0]?.total, credits?.[0]?.left],
    ];
    expect(amountsOf(of('JPY'))).toEqual(['2', '7', '-5', '9', '5', '5']);
    expect(amountsOf(of('KWD'))).toEqual(['1.500', '7.000', '-0.005', '8.500', '0.005', '0.005']);
  });

  it('says why usage without a rate is not charged, where somebody said so', () => {
    const usage: UsageOfApp[] = [
      { appId: 'a', metric: 'cpu', quantity: 4n },
      { appId: 'a', metric: 'memory', quantity: 5n },
    ];
    const waivers = [{ metric: 'memory' as const, reason: 'included' }];
    expect(documentOf(input([segment(prices({}), usage)], { waivers })).unpriced).toEqual([
      { metric: 'cpu', version: 1, quantity: '4', waived: null },
      { metric: 'memory', version: 1, quantity: '5', waived: 'included' },
    ]);
  });
});

const line = fc.record({
  ...{ kind: fc.constantFrom<RatedLine['kind']>('usage', 'fee', 'discount', 'minimum', 'tax', 'credit') },
  ...{ id: fc.constantFrom('cpu', 'f'), name: fc.constant('N'), amount: fc.bigInt({ min: -500n, max: 500n }) },
  ...{ version: fc.constantFrom(1, 2, null) },
});
const keyOf = ({ kind, id, version, agreement }: CorrectedLine) => JSON.stringify([kind, id, version, agreement]);
const lines = fc
  .array(fc.tuple(line, fc.constantFrom(undefined, 1, 2)), { maxLength: 8 })
  .map((all) =>
    all.map(([each, agreement]): CorrectedLine => (agreement === undefined ? each : { ...each, agreement })),
  );

describe('differences of two sets of lines', () => {
  it('make the first the second, line by line, but for credits', () => {
    const sums = (all: readonly CorrectedLine[]) => {
      const found = new Map<string, bigint>();
      for (const each of all.filter(({ kind }) => kind !== 'credit'))
        found.set(keyOf(each), (found.get(keyOf(each)) ?? 0n) + each.amount);
      return Object.fromEntries([...found].filter(([, amount]) => amount !== 0n));
    };
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const found = differences(before, after);
        expect(sums([...before, ...found])).toEqual(sums(after));
        expect(found.some(({ kind, amount }) => kind === 'credit' || amount === 0n)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('come in one order, and are the negative of those the other way round', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const found = differences(before, after);
        expect(differences(before.toReversed(), after.toReversed())).toEqual(found);
        expect(differences(after, before)).toEqual(found.map((each) => ({ ...each, amount: -each.amount })));
      }),
    );
  });
});

describe('an invoice with its credit note', () => {
  const list = prices({
    rates: [perHour('0.0123456789')],
    fees: [{ id: 'ff', name: 'F', amount: '3.33' }],
    minimum: '4',
  });
  const given = fc.record({
    quantity: fc.bigInt({ min: 0n, max: 1_000n * hour }),
    percent: fc.constantFrom('0', '19', '7.7'),
    ...{ left: fc.bigInt({ min: 0n, max: 2_000n }), corrected: fc.bigInt({ min: -900n, max: 900n }) },
    currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  });

  it('is nothing, in every line and total', () => {
    fc.assert(
      fc.property(given, ({ quantity, percent, left, corrected, currency }) => {
        const told = documentOf(
          input([segment(list, used(['a', quantity]))], {
            book: { id: 'b', name: 'default', currency, rounding: 'half-even' },
            ...{ taxes: [{ id: 'vat', name: 'VAT', percent }], credits: [{ id: 'c', name: 'C', left }] },
            corrections: [late(0n, corrected, currency)],
          }),
        );
        const note = creditNoteOf({
          ...{ number: 'BERTH-2', issuedAt: to, reason: 'r', sha256: '' },
          invoice: { ...told, number: 'BERTH-1', issuedAt: from.toISOString() },
        });
        const { decimals } = told.rounding;
        const isUndone = (one: string, other: string) => {
          expect(parseMinor(one, decimals) + parseMinor(other, decimals)).toBe(0n);
          expect(formatMinor(parseMinor(other, decimals), decimals)).toBe(other);
        };
        told.lines.forEach(({ amount }, index) => isUndone(amount, note.lines[index]!.amount));
        told.corrections.forEach(({ total }, index) => isUndone(total, note.corrections[index]!.total));
        for (const total of ['net', 'tax', 'credited', 'corrected', 'due'] as const)
          isUndone(told.totals[total], note.totals[total]);
        expect(note.lines).toHaveLength(told.lines.length);
      }),
      { numRuns: 200 },
    );
  });

  it('tells who sold and who bought as the invoice did', () => {
    const seller = { name: 'Berth GmbH', address: ['1 Quay'], taxId: 'DE1', email: null, payment: [] };
    const buyer = { name: 'Shop', address: ['2 Pier'], country: 'DE', taxId: null };
    const told = documentOf(input([segment(prices({}), [])], { parties: { seller, buyer } }));
    const invoice = { ...told, number: 'BERTH-1', issuedAt: from.toISOString() };
    const note = creditNoteOf({ number: 'BERTH-2', issuedAt: to, reason: 'r', sha256: '', invoice });
    expect(note).toMatchObject({ seller, buyer });
  });
});
