import { type PriceList, priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { formatMinor } from '../src/rating/currency.js';
import { unitOf } from '../src/rating/metrics.js';
import { rate } from '../src/rating/rate.js';
import type { Segment } from '../src/rating/rating.js';

/**
 * Examples that others publish of their own billing, computed by ours. Their units (calls, fonts, tokens) are core-hours here.
 * Sources were read in November 2026; figures are theirs, words are ours.
 */
type Pricing = PriceList['rates'][number]['pricing'];
type Free = PriceList['rates'][number]['free'];

const DAY = 86_400_000;
const start = new Date('2026-11-01T00:00:00.000Z');

/** Half-open days of a month of 30. */
function segment(version: number, days: readonly [number, number], prices: object, units = '0'): Segment {
  const [from, to] = days.map((day) => new Date(start.getTime() + day * DAY)) as [Date, Date];
  const about = { version, validFrom: from.toISOString(), validTo: null, prices: priceList.parse(prices) };
  const quantity = BigInt(unitOf.cpu.size.times(units).toFixed());
  return { version: about, from, to, usage: [{ appId: 'app', metric: 'cpu', quantity }] };
}

const bill = (segments: readonly Segment[]): string =>
  formatMinor(rate({ currency: 'USD', rounding: 'half-up', segments, coupons: [], taxes: [], credits: [] }).due, 2);
const rated = (pricing: Pricing, units: string, free?: Free, fees: object[] = []): string => {
  const cpu = { id: 'cpu', name: 'CPU', metric: 'cpu', pricing, ...(free && { free }) };
  return bill([segment(1, [0, 30], { rates: [cpu], fees }, units)]);
};
const planned = (...plans: readonly { days: readonly [number, number]; fee: string }[]): string =>
  bill(
    plans.map(({ days, fee }, at) =>
      segment(at + 1, days, { rates: [], fees: [{ id: 'plan', name: 'Plan', amount: fee }] }),
    ),
  );

/** `upTo price`, the last without a bound. */
const tiers = (kind: 'graduated' | 'volume', ...texts: readonly string[]): Pricing => ({
  kind,
  tiers: texts.map((text) => {
    const [upTo, price] = text.split(' ') as [string, string];
    return { upTo: upTo === '*' ? null : upTo, price };
  }),
});

const stripe = ['5 7', '10 6.5', '* 6'] as const;
const stripeOld = ['5 5', '10 4', '15 3', '20 2', '* 1'] as const;
const lago = ['10000 0.0010', '50000 0.0008', '100000 0.0006', '* 0.0004'] as const;
const oracle = ['250 1', '500 2', '* 3'] as const;

describe('tiers, as published by', () => {
  it.each<[source: string, pricing: Pricing, units: string, total: string]>([
    ['docs.stripe.com/subscriptions/pricing-models/tiered-pricing', tiers('volume', ...stripe), '1', '7.00'],
    ['docs.stripe.com/subscriptions/pricing-models/tiered-pricing', tiers('volume', ...stripe), '5', '35.00'],
    ['docs.stripe.com/subscriptions/pricing-models/tiered-pricing', tiers('volume', ...stripe), '6', '39.00'],
    ['docs.stripe.com/subscriptions/pricing-models/tiered-pricing', tiers('volume', ...stripe), '20', '120.00'],
    ['docs.stripe.com/subscriptions/pricing-models/tiered-pricing', tiers('volume', ...stripe), '25', '150.00'],
    ['docs.stripe.com/subscriptions/pricing-models/tiered-pricing', tiers('graduated', ...stripe), '5', '35.00'],
    // A total that goes down as usage goes up is what volume tiers mean, there as here.
    ['stripe.com/docs/billing/subscriptions/tiers', tiers('volume', ...stripeOld), '5', '25.00'],
    ['stripe.com/docs/billing/subscriptions/tiers', tiers('volume', ...stripeOld), '6', '24.00'],
    ['stripe.com/docs/billing/subscriptions/tiers', tiers('volume', ...stripeOld), '20', '40.00'],
    ['stripe.com/docs/billing/subscriptions/tiers', tiers('volume', ...stripeOld), '25', '25.00'],
    ['stripe.com/docs/billing/subscriptions/tiers', tiers('graduated', ...stripeOld), '6', '29.00'],
    [
      'docs.useautumn.com, graduated pricing',
      tiers('graduated', '1000 0.01', '10000 0.008', '* 0.005'),
      '15000',
      '107.00',
    ],
    ['docs.paymentkit.com, tiered pricing', tiers('graduated', '1000 0.01', '5000 0.008', '* 0.005'), '3000', '26.00'],
    ['docs.paymentkit.com, tiered pricing', tiers('volume', '10 10', '50 9', '* 8'), '12', '108.00'],
    ['zuplo.com/docs, pricing models', tiers('graduated', '1000 0.10', '10000 0.05', '* 0.01'), '15000', '600.00'],
    ['zuplo.com/docs, pricing models', tiers('volume', '1000 0.10', '10000 0.05', '* 0.01'), '15000', '150.00'],
    ['docs.flexprice.io, tiered', tiers('volume', ...lago), '65000', '39.00'],
    ['docs.oracle.com, tier based amount, with unit', tiers('graduated', ...oracle), '1000', '2250.00'],
    ['docs.oracle.com, tier based amount, variable', tiers('volume', ...oracle), '1000', '3000.00'],
  ])('%s: %j, %s units', (_source, pricing, units, total) => {
    expect(rated(pricing, units)).toBe(total);
  });

  it('getlago.com, volume: a fee that every tier has is a fee of the book', () => {
    const fee = { id: 'fixed', name: 'Fixed', amount: '10' };
    expect(rated(tiers('volume', ...lago), '65000', undefined, [fee])).toBe('49.00');
  });
});

describe('packages, as published by', () => {
  const gpt: Pricing = { kind: 'package', size: '1000000', price: '1.25' };
  it.each<[source: string, pricing: Pricing, units: string, total: string, free: Free]>([
    [
      'getlago.com, package',
      { kind: 'package', size: '100', price: '5' },
      '201',
      '10.00',
      { quantity: '100', of: 'organization' },
    ],
    ['chargebee.com, package pricing', gpt, '10', '1.25', undefined],
    ['chargebee.com, package pricing', gpt, '1000000', '1.25', undefined],
    ['chargebee.com, package pricing', gpt, '1500000', '2.50', undefined],
  ])('%s: %j, %s units', (_source, pricing, units, total, free) => {
    expect(rated(pricing, units, free)).toBe(total);
  });
});

it.each([
  ['getlago.com, standard', '0.05', '1000', '50.00'],
  ['zuplo.com/docs, per unit', '0.001', '100000', '100.00'],
])('a price per unit, as published by %s', (_source, price, units, total) => {
  expect(rated({ kind: 'per-unit', price }, units)).toBe(total);
});

describe('a plan that changes halfway, as published by', () => {
  it('docs.stripe.com, prorations: from 10 to 20 is 5 more, 15 in all', () => {
    expect(planned({ days: [0, 15], fee: '10' }, { days: [15, 30], fee: '20' })).toBe('15.00');
  });

  it('docs.useautumn.com, proration: from 20 to 50 is 15 more, 35 in all', () => {
    expect(planned({ days: [0, 15], fee: '20' }, { days: [15, 30], fee: '50' })).toBe('35.00');
  });
});

describe('what others mean otherwise', () => {
  it('jbilling: a tier begins at its bound; here the bound belongs to the tier that it ends, so 10 units are still 10.00 each', () => {
    expect(rated(tiers('volume', '10 10', '20 9.5', '* 8'), '10')).toBe('100.00');
    // Whole units and a bound of one less give their figures.
    const asTheirs = tiers('volume', '9 10', '19 9.5', '* 8');
    expect(['9', '10', '19', '25'].map((units) => rated(asTheirs, units))).toEqual([
      '90.00',
      '95.00',
      '180.50',
      '200.00',
    ]);
  });

  it('chargebee.com: a period without usage costs one package; here nothing that was used is nothing that is paid', () => {
    expect(rated({ kind: 'package', size: '1000000', price: '1.25' }, '0')).toBe('0.00');
  });

  it('docs.zuora.com, 30/360: every month has 30 days; here a month has the time that it has', () => {
    const october = [0, (31 * DAY) / 2, 31 * DAY].map((at) => new Date(Date.UTC(2026, 9, 1) + at));
    const [from, half, to] = october as [Date, Date, Date];
    const of = (version: number, amount: string, stretch: { from: Date; to: Date }) => ({
      ...segment(version, [0, 1], { rates: [], fees: [{ id: 'plan', name: 'Plan', amount }] }),
      ...stretch,
    });
    expect(bill([of(1, '10', { from, to: half }), of(2, '20', { from: half, to })])).toBe('15.00');
  });
});
