import { metric, type Metric, type PriceBookVersion, priceList } from '@berth/contracts/metering';
import fc from 'fast-check';
import type { RatingInput, Segment, UsageOfApp } from '../src/rating/rating.js';
import { unitSize } from './slow-rating.js';

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

/** Prices of every kind, used on and between the bounds of their tiers, in up to three parts of a period. */
export const ratingInput: fc.Arbitrary<RatingInput> = fc.record({
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
