import { type PriceList, priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { digitsOf, formatMinor } from '../src/rating/currency.js';
import { rate } from '../src/rating/rate.js';
import type { RatingInput, Segment } from '../src/rating/rating.js';

/** In the terms of a person: core-hours and GiB-hours, days of a month of 30 days. */
interface Stretch {
  readonly prices: z.input<typeof priceList>;
  readonly days: number;
  readonly coreHours?: Readonly<Record<string, number>>;
  readonly gibHours?: Readonly<Record<string, number>>;
}

interface Case {
  readonly name: string;
  readonly arithmetic: string;
  readonly currency?: string;
  readonly rounding?: RatingInput['rounding'];
  readonly stretches: readonly Stretch[];
  readonly coupons?: RatingInput['coupons'];
  readonly taxes?: RatingInput['taxes'];
  readonly credits?: RatingInput['credits'];
  readonly lines: readonly string[];
  readonly due: string;
}

const cpu = (pricing: PriceList['rates'][number]['pricing'], free?: PriceList['rates'][number]['free']) => ({
  ...{ id: 'cpu', name: 'CPU', metric: 'cpu' as const, pricing },
  ...(free && { free }),
});
const memory = (price: string) => ({
  ...{ id: 'memory', name: 'Memory', metric: 'memory' as const, pricing: { kind: 'per-unit' as const, price } },
});
const perUnit = (price: string) => ({ kind: 'per-unit' as const, price });
const tiers = [
  { upTo: '100', price: '0.10' },
  { upTo: '1000', price: '0.08' },
  { upTo: null, price: '0.05' },
];

const cases: Case[] = [
  {
    name: 'two rates',
    arithmetic: '730 x 0.028 = 20.44; 1460 x 0.007 = 10.22; 20.44 + 10.22 = 30.66',
    stretches: [
      {
        prices: { rates: [cpu(perUnit('0.028')), memory('0.007')] },
        days: 30,
        coreHours: { a: 730 },
        gibHours: { a: 1460 },
      },
    ],
    lines: ['usage 20.44', 'usage 10.22'],
    due: '30.66',
  },
  {
    name: 'half a cent, half to even',
    arithmetic: '0.5 x 0.05 = 0.025 -> 0.02 (2 is even)',
    stretches: [{ prices: { rates: [cpu(perUnit('0.05'))] }, days: 30, coreHours: { a: 0.5 } }],
    lines: ['usage 0.02'],
    due: '0.02',
  },
  {
    name: 'half a cent, half up',
    arithmetic: '0.5 x 0.05 = 0.025 -> 0.03',
    rounding: 'half-up',
    stretches: [{ prices: { rates: [cpu(perUnit('0.05'))] }, days: 30, coreHours: { a: 0.5 } }],
    lines: ['usage 0.03'],
    due: '0.03',
  },
  {
    name: 'each line is rounded, the total is not rounded again',
    arithmetic: '1 x 0.004 = 0.004 -> 0.00; 1 x 0.004 = 0.004 -> 0.00; 0.00 + 0.00 = 0.00, though 0.008 would be 0.01',
    stretches: [
      {
        prices: { rates: [cpu(perUnit('0.004')), memory('0.004')] },
        days: 30,
        coreHours: { a: 1 },
        gibHours: { a: 1 },
      },
    ],
    lines: ['usage 0.00', 'usage 0.00'],
    due: '0.00',
  },
  {
    name: 'yen have no decimals',
    arithmetic: '37 x 4.5 = 166.5 -> 166 (166 is even); tax 10 % of 166 = 16.6 -> 17; 166 + 17 = 183',
    currency: 'JPY',
    stretches: [{ prices: { rates: [cpu(perUnit('4.5'))] }, days: 30, coreHours: { a: 37 } }],
    taxes: [{ id: 'vat', name: 'Consumption tax', percent: '10' }],
    lines: ['usage 166', 'tax 17'],
    due: '183',
  },
  {
    name: 'dinars of Kuwait have three',
    arithmetic: '37 x 0.0123 = 0.4551 -> 0.455',
    currency: 'KWD',
    stretches: [{ prices: { rates: [cpu(perUnit('0.0123'))] }, days: 30, coreHours: { a: 37 } }],
    lines: ['usage 0.455'],
    due: '0.455',
  },
  {
    name: 'graduated, on the edge of a tier',
    arithmetic: '100 x 0.10 = 10.00: the hundredth is the last of the first tier',
    stretches: [{ prices: { rates: [cpu({ kind: 'graduated', tiers })] }, days: 30, coreHours: { a: 100 } }],
    lines: ['usage 10.00'],
    due: '10.00',
  },
  {
    name: 'graduated, over two edges',
    arithmetic: '100 x 0.10 + 900 x 0.08 + 200 x 0.05 = 10 + 72 + 10 = 92.00',
    stretches: [{ prices: { rates: [cpu({ kind: 'graduated', tiers })] }, days: 30, coreHours: { a: 700, b: 500 } }],
    lines: ['usage 92.00'],
    due: '92.00',
  },
  {
    name: 'volume, one step over an edge',
    arithmetic: '101 x 0.08 = 8.08: less than the 10.00 of 100',
    stretches: [{ prices: { rates: [cpu({ kind: 'volume', tiers })] }, days: 30, coreHours: { a: 101 } }],
    lines: ['usage 8.08'],
    due: '8.08',
  },
  {
    name: 'packages that were begun',
    arithmetic: '250 / 100 = 2.5 -> 3 packages x 9.90 = 29.70',
    stretches: [
      { prices: { rates: [cpu({ kind: 'package', size: '100', price: '9.90' })] }, days: 30, coreHours: { a: 250 } },
    ],
    lines: ['usage 29.70'],
    due: '29.70',
  },
  {
    name: 'an allowance of the organization',
    arithmetic: '(60 + 70 - 100) x 0.10 = 30 x 0.10 = 3.00',
    stretches: [
      {
        prices: { rates: [cpu(perUnit('0.10'), { quantity: '100', of: 'organization' })] },
        ...{ days: 30, coreHours: { a: 60, b: 70 } },
      },
    ],
    lines: ['usage 3.00'],
    due: '3.00',
  },
  {
    name: 'an allowance of each app',
    arithmetic: 'a: 60 - 50 = 10; b: 30 - 50 -> 0; 10 x 0.10 = 1.00',
    stretches: [
      {
        prices: { rates: [cpu(perUnit('0.10'), { quantity: '50', of: 'app' })] },
        ...{ days: 30, coreHours: { a: 60, b: 30 } },
      },
    ],
    lines: ['usage 1.00'],
    due: '1.00',
  },
  {
    name: 'a price that rises on the noon of the 15th',
    arithmetic: 'before: 350 x 0.02 = 7.00; after: 370 x 0.03 = 11.10; 7.00 + 11.10 = 18.10',
    stretches: [
      { prices: { rates: [cpu(perUnit('0.02'))] }, days: 14.5, coreHours: { a: 350 } },
      { prices: { rates: [cpu(perUnit('0.03'))] }, days: 15.5, coreHours: { a: 370 } },
    ],
    lines: ['usage 7.00', 'usage 11.10'],
    due: '18.10',
  },
  {
    name: 'a price that falls while a tier is filled: the tier goes on where it was',
    arithmetic: 'first 60 x 0.10 = 6.00; then 40 x 0.10 (to 100) + 20 x 0.08 = 4.00 + 1.60 = 5.60; 11.60',
    stretches: [
      { prices: { rates: [cpu({ kind: 'graduated', tiers })] }, days: 10, coreHours: { a: 60 } },
      { prices: { rates: [cpu({ kind: 'graduated', tiers })] }, days: 20, coreHours: { a: 60 } },
    ],
    lines: ['usage 6.00', 'usage 5.60'],
    due: '11.60',
  },
  {
    name: 'a fee of 100.00 in three thirds of a month',
    arithmetic:
      '100 x 10/30 = 33.333.. -> 33.33 each; 3 x 33.33 = 99.99: each line is rounded once, in nobody else s favour',
    stretches: [10, 10, 10].map((days) => ({
      prices: { rates: [], fees: [{ id: 'support', name: 'Support', amount: '100' }] },
      days,
    })),
    lines: ['fee 33.33', 'fee 33.33', 'fee 33.33'],
    due: '99.99',
  },
  {
    name: 'discounts one after the other',
    arithmetic: '100 x 1 = 100.00; 10 % of 100.00 = 10.00; 20.00 off the 90.00 left = 70.00; 10 + 20 = 30 off',
    stretches: [
      {
        prices: {
          rates: [cpu(perUnit('1'))],
          discounts: [
            { id: 'partner', name: 'Partner', percent: '10' },
            { id: 'welcome', name: 'Welcome', amount: '20' },
          ],
        },
        ...{ days: 30, coreHours: { a: 100 } },
      },
    ],
    lines: ['usage 100.00', 'discount -10.00', 'discount -20.00'],
    due: '70.00',
  },
  {
    name: 'a discount on one rate is no more than that rate cost',
    arithmetic: 'CPU 5 x 1 = 5.00, memory 7 x 1 = 7.00; 20.00 off CPU, which has 5.00 -> 5.00 off; 7.00',
    stretches: [
      {
        prices: {
          rates: [cpu(perUnit('1')), memory('1')],
          discounts: [{ id: 'welcome', name: 'Welcome', amount: '20', on: ['cpu'] }],
        },
        ...{ days: 30, coreHours: { a: 5 }, gibHours: { a: 7 } },
      },
    ],
    lines: ['usage 5.00', 'usage 7.00', 'discount -5.00'],
    due: '7.00',
  },
  {
    name: 'a coupon of a percentage, after the discounts of the prices and before tax',
    arithmetic: '100 x 1 = 100.00; 20.00 off = 80.00; 25 % of 80.00 = 20.00 off = 60.00; tax 10 % of 60.00 = 6.00',
    stretches: [
      {
        prices: { rates: [cpu(perUnit('1'))], discounts: [{ id: 'welcome', name: 'Welcome', amount: '20' }] },
        ...{ days: 30, coreHours: { a: 100 } },
      },
    ],
    coupons: [{ id: 'launch', name: 'Launch', percent: '25' }],
    taxes: [{ id: 'vat', name: 'VAT', percent: '10' }],
    lines: ['usage 100.00', 'discount -20.00', 'discount -20.00', 'tax 6.00'],
    due: '66.00',
  },
  {
    name: 'two coupons, each on what the former left: 50 % and 50 % are not everything',
    arithmetic: '10 x 0.03 = 0.30; 50 % of 0.30 = 0.15; 50 % of 0.15 = 0.075 -> 0.08 (8 is even); 0.30 - 0.23 = 0.07',
    stretches: [{ prices: { rates: [cpu(perUnit('0.03'))] }, days: 30, coreHours: { a: 10 } }],
    coupons: [
      { id: 'spring', name: 'Spring', percent: '50' },
      { id: 'summer', name: 'Summer', percent: '50' },
    ],
    lines: ['usage 0.30', 'discount -0.15', 'discount -0.08'],
    due: '0.07',
  },
  {
    name: 'a coupon on memory alone, over a change of prices: one line, rounded once',
    arithmetic:
      'memory 5 x 0.01 = 0.05 and 5 x 0.03 = 0.15; CPU 1.00 and 2.00; 10 % of 0.20 = 0.02 (10 % of each: 0.00 + 0.02); 3.18',
    stretches: [
      { prices: { rates: [cpu(perUnit('1')), memory('0.01')] }, days: 15, coreHours: { a: 1 }, gibHours: { a: 5 } },
      { prices: { rates: [cpu(perUnit('2')), memory('0.03')] }, days: 15, coreHours: { a: 1 }, gibHours: { a: 5 } },
    ],
    coupons: [{ id: 'ram', name: 'RAM', percent: '10', on: ['memory'] }],
    lines: ['usage 1.00', 'usage 2.00', 'usage 0.05', 'usage 0.15', 'discount -0.02'],
    due: '3.18',
  },
  {
    name: 'a minimum holds after a coupon, too',
    arithmetic: '100 x 1 = 100.00; 100 % off = 0.00; minimum 50.00 more',
    stretches: [{ prices: { rates: [cpu(perUnit('1'))], minimum: '50' }, days: 30, coreHours: { a: 100 } }],
    coupons: [{ id: 'launch', name: 'Launch', percent: '100' }],
    lines: ['usage 100.00', 'discount -100.00', 'minimum 50.00'],
    due: '50.00',
  },
  {
    name: 'a minimum that is not reached, taxed, and paid from two credits',
    arithmetic:
      '8 x 1 = 8.00; minimum 50.00 - 8.00 = 42.00 more; tax 19 % of 50.00 = 9.50; 59.50; credits 10.00 and 49.50 of 100.00; 0.00',
    stretches: [{ prices: { rates: [cpu(perUnit('1'))], minimum: '50' }, days: 30, coreHours: { a: 8 } }],
    taxes: [{ id: 'vat', name: 'VAT', percent: '19' }],
    credits: [
      { id: 'coupon', name: 'Coupon', left: 1_000n },
      { id: 'prepaid', name: 'Prepaid', left: 10_000n },
    ],
    lines: ['usage 8.00', 'minimum 42.00', 'tax 9.50', 'credit -10.00', 'credit -49.50'],
    due: '0.00',
  },
  {
    name: 'a minimum agreed for a part of the month',
    arithmetic: '10 days without, 20 days with 60.00: 60 x 20/30 = 40.00; used 12 x 1 = 12.00; 28.00 more',
    stretches: [
      { prices: { rates: [cpu(perUnit('1'))] }, days: 10, coreHours: { a: 2 } },
      { prices: { rates: [cpu(perUnit('1'))], minimum: '60' }, days: 20, coreHours: { a: 10 } },
    ],
    lines: ['usage 2.00', 'usage 10.00', 'minimum 28.00'],
    due: '40.00',
  },
  {
    name: 'nothing used',
    arithmetic: 'no line; 0.00',
    stretches: [{ prices: { rates: [cpu(perUnit('1'))] }, days: 30 }],
    lines: [],
    due: '0.00',
  },
];

const day = 86_400_000;
const usageOf = (metric: 'cpu' | 'memory', size: bigint, hours: Stretch['coreHours'] = {}) =>
  Object.entries(hours).map(([appId, amount]) => ({ appId, metric, quantity: (BigInt(amount * 10) * size) / 10n }));

function segmentsOf(stretches: readonly Stretch[]): Segment[] {
  let at = Date.UTC(2026, 5, 1);
  return stretches.map(({ prices, days, coreHours, gibHours }, index) => {
    const from = new Date(at);
    const to = new Date((at += days * day));
    const validFrom = from.toISOString();
    return {
      version: { version: index + 1, validFrom, validTo: null, prices: priceList.parse(prices) },
      ...{ from, to },
      usage: [...usageOf('cpu', 3_600_000_000n, coreHours), ...usageOf('memory', 3_865_470_566_400_000n, gibHours)],
    };
  });
}

describe('computed by hand', () => {
  it.each(cases)('$name: $arithmetic', (given) => {
    const { currency = 'EUR', rounding = 'half-even', coupons = [], taxes = [], credits = [] } = given;
    const rating = rate({ currency, rounding, segments: segmentsOf(given.stretches), coupons, taxes, credits });
    const text = (amount: bigint) => formatMinor(amount, digitsOf(currency));
    expect(rating.lines.map(({ kind, amount }) => `${kind} ${text(amount)}`)).toEqual(given.lines);
    expect(text(rating.due)).toBe(given.due);
  });

  it('is nothing in a period that was over before there were any prices', () => {
    const taxes = [{ id: 'vat', name: 'VAT', percent: '19' }];
    const credits = [{ id: 'thanks', name: 'Thanks', left: 500n }];
    const rating = rate({ currency: 'EUR', rounding: 'half-even', segments: [], coupons: [], taxes, credits });
    expect(rating).toEqual({ lines: [], net: 0n, tax: 0n, credited: 0n, due: 0n, unpriced: [] });
  });
});
