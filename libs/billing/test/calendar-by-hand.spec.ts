import { priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { differences } from '../src/invoices/corrections.js';
import { calendarMonth } from '../src/periods/period.js';
import { digitsOf, formatMinor } from '../src/rating/currency.js';
import { rate } from '../src/rating/rate.js';
import type { Segment } from '../src/rating/rating.js';
import { shares } from '../src/rating/shares.js';
import type { Span } from '../src/spans/history.js';
import { usageOf } from '../src/spans/usage.js';

const hour = 3_600_000;
const core = (from: string, to: string | null, over: Partial<Span> = {}): Span => ({
  ...{
    workloadId: 'w',
    appId: 'a',
    environmentId: 'e',
    projectId: 'p',
    cluster: 'local',
    processType: 'web',
    release: 1,
  },
  ...{ cpuMillicores: 1_000, memoryMib: 1, instances: 1, from: new Date(from), to: to === null ? null : new Date(to) },
  ...over,
});
const prices = (over: object = {}) =>
  priceList.parse({
    rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.01' } }],
    ...over,
  });

interface Billed {
  readonly month: string;
  readonly zone: string;
  readonly spans: readonly Span[];
  readonly currency?: string;
  /** From a moment on, other prices. */
  readonly change?: { readonly at: string; readonly prices: ReturnType<typeof prices> };
  readonly first?: ReturnType<typeof prices>;
}

function billed({ month, zone, spans, currency = 'EUR', change, first = prices() }: Billed) {
  const { from, to } = calendarMonth(month, zone);
  const cut = change ? new Date(change.at) : to;
  const stretches = [{ from, to: cut, list: first }, ...(change ? [{ from: cut, to, list: change.prices }] : [])];
  const segments = stretches.map(({ list, ...stretch }, index): Segment => ({
    version: { version: index + 1, validFrom: stretch.from.toISOString(), validTo: null, prices: list },
    ...{ ...stretch, usage: usageOf(spans, stretch) },
  }));
  const rating = rate({ currency, rounding: 'half-even', segments, coupons: [], taxes: [], credits: [] });
  const text = (amount: bigint) => formatMinor(amount, digitsOf(currency));
  return {
    rating,
    hours: (to.getTime() - from.getTime()) / hour,
    due: text(rating.due),
    lines: rating.lines.map(({ kind, amount }) => `${kind} ${text(amount)}`),
  };
}

/** One core that ran from before the month until after it. */
const always = [core('2020-01-01T00:00:00.000Z', null)];

describe('a month of one core at 0.01 an hour, by the clocks of its account', () => {
  it.each([
    ['30 days in UTC', '2026-11', 'UTC', 720, '7.20'],
    ['New York goes back an hour: 30 x 24 + 1 = 721', '2026-11', 'America/New_York', 721, '7.21'],
    ['New York goes forward: 31 x 24 - 1 = 743', '2026-03', 'America/New_York', 743, '7.43'],
    ['Kathmandu never changes: 31 x 24 = 744, from 18:15 UTC to 18:15 UTC', '2026-10', 'Asia/Kathmandu', 744, '7.44'],
    [
      'Lord Howe goes forward half an hour: 31 x 24 - 0.5 = 743.5; 7.435 -> 7.44 (half to even)',
      '2026-10',
      'Australia/Lord_Howe',
      743.5,
      '7.44',
    ],
    [
      'Lord Howe goes back half an hour: 30 x 24 + 0.5 = 720.5; 7.205 -> 7.20 (half to even)',
      '2026-04',
      'Australia/Lord_Howe',
      720.5,
      '7.20',
    ],
    ['February of a leap year: 29 x 24 = 696', '2028-02', 'UTC', 696, '6.96'],
    ['and of another: 28 x 24 = 672', '2027-02', 'UTC', 672, '6.72'],
    ['2100 is none', '2100-02', 'UTC', 672, '6.72'],
    ['over the end of a year in Auckland: 744', '2026-12', 'Pacific/Auckland', 744, '7.44'],
    ['Samoa had no 30 December 2011: 30 x 24 = 720', '2011-12', 'Pacific/Apia', 720, '7.20'],
  ])('%s', (_arithmetic, month, zone, hours, due) => {
    const spans = [core('2000-01-01T00:00:00.000Z', null)];
    expect(billed({ month, zone, spans })).toMatchObject({ hours, due });
  });

  it('the repeated hour of New York counts twice, the missing one not at all', () => {
    // 1 November 2026: from 00:00 to 03:00 on the clock are 4 hours. 8 March 2026: they are 2.
    const autumn = core('2026-11-01T04:00:00.000Z', '2026-11-01T08:00:00.000Z');
    const spring = core('2026-03-08T05:00:00.000Z', '2026-03-08T07:00:00.000Z');
    expect(billed({ month: '2026-11', zone: 'America/New_York', spans: [autumn] }).due).toBe('0.04');
    expect(billed({ month: '2026-03', zone: 'America/New_York', spans: [spring] }).due).toBe('0.02');
  });
});

describe('other cases by hand', () => {
  it('a span that ends where a month does is in it alone, and one of no length costs nothing', () => {
    const spans = [
      core('2026-11-30T23:00:00.000Z', '2026-12-01T00:00:00.000Z'),
      core('2026-11-15T00:00:00.000Z', '2026-11-15T00:00:00.000Z'),
    ];
    expect(billed({ month: '2026-11', zone: 'UTC', spans }).due).toBe('0.01');
    expect(billed({ month: '2026-12', zone: 'UTC', spans }).lines).toEqual([]);
  });

  it('prices that change at noon of the 16th: 372 x 0.01 = 3.72; 348 x 0.02 = 6.96', () => {
    const dearer = prices({ rates: [{ ...prices().rates[0], pricing: { kind: 'per-unit', price: '0.02' } }] });
    const change = { at: '2026-11-16T12:00:00.000Z', prices: dearer };
    expect(billed({ month: '2026-11', zone: 'UTC', spans: always, change }).lines).toEqual([
      'usage 3.72',
      'usage 6.96',
    ]);
  });

  it('a fee that a leap February is shared for: 100 x 10/29 = 34.4827 -> 34.48; 290 x 19/29 = 190.00', () => {
    const fee = (amount: string) => prices({ rates: [], fees: [{ id: 'support', name: 'Support', amount }] });
    const change = { at: '2028-02-11T00:00:00.000Z', prices: fee('290') };
    const { lines } = billed({ month: '2028-02', zone: 'UTC', spans: [], first: fee('100'), change });
    expect(lines).toEqual(['fee 34.48', 'fee 190.00']);
  });

  it('yen and dinars over a day of 25 hours: 721 x 1.5 = 1081.5 -> 1082 (half to even); 721 x 0.0125 = 9.0125 -> 9.012', () => {
    const at = (price: string) => prices({ rates: [{ ...prices().rates[0], pricing: { kind: 'per-unit', price } }] });
    const zone = 'America/New_York';
    expect(billed({ month: '2026-11', zone, spans: always, currency: 'JPY', first: at('1.5') }).due).toBe('1082');
    expect(billed({ month: '2026-11', zone, spans: always, currency: 'KWD', first: at('0.0125') }).due).toBe('9.012');
  });

  it('a commitment of 10.00 with late usage: 5.00 + 5.00 missing; then 8.00 + 2.00; then 12.00, which is 2.00 more', () => {
    const committed = (hours: number) =>
      billed({
        ...{ month: '2026-11', zone: 'UTC', first: prices({ minimum: '10' }) },
        spans: [
          core('2026-11-01T00:00:00.000Z', new Date(Date.UTC(2026, 10, 1) + hours * hour).toISOString(), {
            instances: 10,
          }),
        ],
      });
    const [first, late, later] = [committed(50), committed(80), committed(120)];
    expect([first.lines, late.lines, later.lines]).toEqual([
      ['usage 5.00', 'minimum 5.00'],
      ['usage 8.00', 'minimum 2.00'],
      ['usage 12.00'],
    ]);
    const corrected = (before: typeof first, after: typeof first) =>
      differences(before.rating.lines, after.rating.lines).map(({ kind, amount }) => `${kind} ${amount}`);
    expect(corrected(first, late)).toEqual(['minimum -300', 'usage 300']);
    expect(corrected(late, later)).toEqual(['minimum -200', 'usage 400']);
  });

  it('100.00 in three: 33.34, 33.33, 33.33; -100.00 in three: the same, taken back', () => {
    expect(shares(10_000n, [1n, 1n, 1n])).toEqual([3_334n, 3_333n, 3_333n]);
    expect(shares(-10_000n, [1n, 1n, 1n])).toEqual([-3_334n, -3_333n, -3_333n]);
  });
});
