import {
  exact,
  formatMinor,
  type Fraction,
  roundQuotient,
  type Segment,
  sum,
  unitOf,
  usageCharges,
} from '@berth/billing';
import { type CostAmounts, metric, type Metric, type RoundingMode } from '@berth/contracts/metering';
import type { Cut } from '../price-books/price-book.js';
import type { AppUsage, Quantity } from '../usage/usage.js';

/** Decimals of amounts that are shown for reading. */
export const lineDecimals = 10;

/** What the whole organization is charged for a metric while one version holds. */
export interface Charge {
  readonly metric: Metric;
  readonly cut: number;
  readonly amount: Fraction;
  /** Base units; more than 0. */
  readonly quantity: bigint;
}

export interface Money {
  readonly digits: number;
  readonly rounding: RoundingMode;
}

const quantityOf: Record<Metric, (quantity: Quantity) => bigint> = {
  cpu: (quantity) => quantity.millicoreMilliseconds,
  memory: (quantity) => quantity.byteMilliseconds,
  storage: (quantity) => quantity.storageByteMilliseconds,
  build: (quantity) => quantity.buildMillicoreMilliseconds,
  egress: (quantity) => quantity.egressBytes,
  domain: (quantity) => quantity.domainMilliseconds,
};

export function segmentsOf(cuts: readonly Cut[], usage: readonly AppUsage[]): Segment[] {
  return cuts.map((cut, index) => ({
    ...cut,
    usage: usage
      .filter((each) => each.interval === index)
      .flatMap(({ appId, quantity }) =>
        metric.options.map((each) => ({ appId, metric: each, quantity: quantityOf[each](quantity) })),
      ),
  }));
}

export const chargesOf = (segments: readonly Segment[]): Charge[] =>
  metric.options.flatMap((each) =>
    usageCharges(segments, each).map(({ segment, charge, quantity }) => ({
      ...{ metric: each, cut: segments.indexOf(segment), quantity },
      amount: { numerator: charge, denominator: unitOf[each].size },
    })),
  );

/** The share of charges that goes to `used`, of each cut: as much of a charge as of its quantity. */
export function shareOf(charges: readonly Charge[], used: readonly Quantity[]): Fraction[] {
  return charges.map(({ metric: each, cut, amount, quantity }) => {
    const own = used[cut];
    return {
      numerator: amount.numerator.times(exact(own ? quantityOf[each](own) : 0n)),
      denominator: amount.denominator.times(exact(quantity)),
    };
  });
}

/** As on a bill: each charge is rounded once. */
export function totalOf(parts: readonly Fraction[], { digits, rounding }: Money): string {
  const rounded = parts.map(({ numerator, denominator }) => roundQuotient(numerator, denominator, digits, rounding));
  return formatMinor(
    rounded.reduce((all, each) => all + each, 0n),
    digits,
  );
}

/** What was used of it while a version held that has no rate for it. */
export const unpricedOf = (cuts: readonly Cut[], used: readonly Quantity[]): Metric[] =>
  metric.options.filter((each) =>
    cuts.some(({ version }, index) => {
      const own = used[index];
      return own && quantityOf[each](own) > 0n && !version.prices.rates.some((rate) => rate.metric === each);
    }),
  );

/** For reading: each figure is rounded by itself. */
export function lineOf(charges: readonly Charge[], used: readonly Quantity[], { rounding }: Money): CostAmounts {
  const of = (kinds: readonly Metric[]) => {
    const own = charges.filter((charge) => kinds.includes(charge.metric));
    const { numerator, denominator } = added(shareOf(own, used));
    return formatMinor(roundQuotient(numerator, denominator, lineDecimals, rounding), lineDecimals);
  };
  return {
    ...{ cpu: of(['cpu']), memory: of(['memory']), storage: of(['storage']), build: of(['build']) },
    ...{ egress: of(['egress']), domain: of(['domain']) },
    total: of(metric.options),
  };
}

/** On a common denominator, because the quotients may have no end. */
export function added(parts: readonly Fraction[]): Fraction {
  const denominator = parts.reduce((all, part) => all.times(part.denominator), exact(1));
  const numerators = parts.map((part) => part.numerator.times(denominator.divToInt(part.denominator)));
  return { numerator: sum(numerators), denominator };
}
