import type { PriceBookVersion } from '@berth/contracts/metering';
import { metric, type Metric, priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rate } from '../src/rating/rate.js';
import type { RatingInput, Segment, UsageOfApp } from '../src/rating/rating.js';
import { slowRate, unitSize } from './slow-rating.js';

const SEED = 20_261_121;

const decimal = (max: number) =>
  fc
    .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: 10 }), fc.bigInt({ min: 0n, max: 9_999_999_999n }))
    .map(([whole, places, rest]) =>
      places === 0 ? `${whole}` : `${whole}.${rest.toString().padStart(10, '0').slice(0, places)}`,
    );
const positive = (max: number) => decimal(max).map((text) => (/[1-9]/.test(text) ? text : '1'));
const price = decimal(3);

const tiers = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
    fc.array(price, { minLength: 5, maxLength: 5 }),
  )
  .map(([bounds, prices]) =>
    [...bounds.toSorted((a, b) => a - b).map((bound) => `${bound}.5`), null].map((upTo, index) => ({
      upTo,
      price: prices[index] ?? '1',
    })),
  );
const pricing = fc.oneof(
  fc.record({ kind: fc.constant('per-unit' as const), price }),
  fc.record({ kind: fc.constant('graduated' as const), tiers }),
  fc.record({ kind: fc.constant('volume' as const), tiers }),
  fc.record({ kind: fc.constant('package' as const), size: positive(20), price }),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const rateOf = (of: Metric) =>
  fc.record({
    ...{ id: fc.constant(of), name: fc.constant(of), metric: fc.constant(of), pricing },
    free: maybe(fc.record({ quantity: positive(30), of: fc.constantFrom('organization' as const, 'app' as const) })),
  });
const on = maybe(fc.subarray(['cpu', 'memory', 'storage', 'build', 'egress', 'domain', 'support'], { minLength: 1 }));
const discount = fc.oneof(
  fc.record({
    id: fc.constant('d-p'),
    name: fc.constant('d'),
    percent: fc.constantFrom('100', '10', '33.3333333333', '0.5'),
    on,
  }),
  fc.record({ id: fc.constant('d-a'), name: fc.constant('d'), amount: positive(40), on }),
);
const prices = fc
  .record({
    rates: fc
      .tuple(rateOf('cpu'), rateOf('memory'), rateOf('storage'), rateOf('build'), rateOf('egress'), rateOf('domain'))
      .chain((all) => fc.subarray(all)),
    fees: fc.array(fc.record({ id: fc.constant('support'), name: fc.constant('s'), amount: decimal(50) }), {
      maxLength: 1,
    }),
    discounts: fc.array(discount, { maxLength: 3 }),
    minimum: maybe(positive(200)),
  })
  .map((list) => priceList.parse(JSON.parse(JSON.stringify(list))));

const usage: fc.Arbitrary<UsageOfApp> = fc
  .record({
    appId: fc.constantFrom('a', 'b', 'c'),
    metric: fc.constantFrom(...metric.options),
    share: fc.bigInt({ min: 0n, max: 50_000n }),
  })
  // Often on a bound of a tier, to the last base unit, and often anywhere.
  .chain(({ appId, metric: of, share }) => {
    const unit = unitSize[of];
    const quantity = fc.constantFrom((unit * (share % 120n)) / 2n, (unit * share) / 1_000n, share, 0n);
    return fc.record({ appId: fc.constant(appId), metric: fc.constant(of), quantity });
  });

const segments = fc
  .array(fc.record({ prices, days: fc.integer({ min: 1, max: 31 }), usage: fc.array(usage, { maxLength: 6 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => {
    let at = Date.UTC(2026, 0, 1);
    return parts.map((part, index): Segment => {
      const from = new Date(at);
      const to = new Date((at += part.days * 86_400_000 + index));
      const version: PriceBookVersion = {
        ...{ version: index + 1, validFrom: from.toISOString(), validTo: null, prices: part.prices },
      };
      return { version, from, to, usage: part.usage };
    });
  });

const input: fc.Arbitrary<RatingInput> = fc.record({
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  rounding: fc.constantFrom('half-even', 'half-up'),
  segments,
  coupons: fc.array(
    fc.record({
      ...{ id: fc.constant('k'), name: fc.constant('k'), on },
      percent: fc.constantFrom('100', '25', '33.3333333333', '0.5', '0.0000000001'),
    }),
    { maxLength: 3 },
  ),
  taxes: fc.array(
    fc.record({ id: fc.constant('t'), name: fc.constant('t'), percent: fc.constantFrom('19', '7.7', '0.0000000001') }),
    { maxLength: 2 },
  ),
  credits: fc.array(
    fc.record({ id: fc.constant('c'), name: fc.constant('c'), left: fc.bigInt({ min: 0n, max: 20_000n }) }),
    { maxLength: 2 },
  ),
});

const amountsOf = (given: RatingInput) => rate(given).lines.map(({ amount }) => amount);
const quantityOf = (parts: readonly { readonly quantity: bigint }[]) =>
  parts.reduce((all, each) => all + each.quantity, 0n);

describe('rating', () => {
  it('is what a slow second implementation says, to the smallest unit, in 10,000 cases', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { lines, due } = rate(given);
        expect({ amounts: lines.map(({ amount }) => amount), due }).toEqual(slowRate(given));
      }),
      { numRuns: 10_000, seed: SEED },
    );
  });

  const law = (name: string, holds: (given: RatingInput) => void) =>
    it(name, () => fc.assert(fc.property(input, holds), { numRuns: 1_000, seed: SEED }));

  law('does not care for the order in which usage is told', (given) => {
    const turned = given.segments.map((each) => ({ ...each, usage: each.usage.toReversed() }));
    expect(amountsOf({ ...given, segments: turned })).toEqual(amountsOf(given));
  });

  law('does not care for how usage is cut in pieces', (given) => {
    const halves = (one: UsageOfApp) => [
      { ...one, quantity: one.quantity / 3n },
      { ...one, quantity: one.quantity - one.quantity / 3n },
    ];
    const cut = given.segments.map((each) => ({ ...each, usage: each.usage.flatMap(halves) }));
    expect(amountsOf({ ...given, segments: cut })).toEqual(amountsOf(given));
  });

  law('loses no usage: what came in is on the lines or is named as unpriced', (given) => {
    const { lines, unpriced } = rate(given);
    const told = quantityOf(given.segments.flatMap((each) => each.usage));
    expect(quantityOf(lines.flatMap((line) => line.usage ?? [])) + quantityOf(unpriced)).toBe(told);
  });

  law('takes off by coupons no more than all lines cost, and each is at most its percentage of them', (given) => {
    const { lines } = rate({ ...given, coupons: given.coupons.map((each, index) => ({ ...each, id: `k-${index}` })) });
    const of = (isMine: (line: (typeof lines)[number]) => boolean) =>
      lines.filter(isMine).reduce((all, { amount }) => all + amount, 0n);
    const sold = of(({ kind }) => kind === 'usage' || kind === 'fee');
    expect(sold + of(({ kind }) => kind === 'discount') >= 0n).toBe(true);
    given.coupons.forEach(({ percent }, index) => {
      const taken = -of(({ kind, id }) => kind === 'discount' && id === `k-${index}`);
      // In steps of 10^-12 of the smallest unit; half a unit more at most, by its one rounding.
      const [whole = '', decimals = ''] = percent.split('.');
      const share = sold * BigInt(whole + decimals.padEnd(10, '0'));
      expect(taken * 10n ** 12n <= share + 10n ** 12n / 2n).toBe(true);
    });
  });

  law('without coupons charges as with coupons that are on nothing it sells', (given) => {
    const coupons = [{ id: 'k', name: 'k', percent: '50', on: ['gpu'] }];
    expect(amountsOf({ ...given, coupons })).toEqual(amountsOf({ ...given, coupons: [] }));
  });

  law('adds up: net, tax and credits are sums of lines, and due is never negative', (given) => {
    const { lines, net, tax, credited, due } = rate(given);
    expect(amountsOf(given).reduce((a, b) => a + b, 0n)).toBe(due);
    expect(net + tax - credited).toBe(due);
    expect(due >= 0n && net >= 0n).toBe(true);
    expect(lines.filter((line) => line.kind === 'tax').reduce((all, line) => all + line.amount, 0n)).toBe(tax);
  });
});
