import type { Pricing } from '@berth/contracts/metering';
import { exact, Exact, stepsTo, sum, zero } from './exact.js';

/** A part of what is charged in a period, in base units: from the `from`-th to the `to`-th of `whole`. */
export interface Slice {
  readonly from: Exact;
  readonly to: Exact;
  readonly whole: Exact;
}

type Tiers = Extract<Pricing, { kind: 'graduated' }>['tiers'];

/**
 * What a slice costs, times `unit`, the number of base units that a price is for: the division is left to the rounding.
 * Slices that follow one another cost together what they cost as one.
 */
export function chargeOf(pricing: Pricing, slice: Slice, unit: Exact): Exact {
  const length = slice.to.minus(slice.from);
  switch (pricing.kind) {
    case 'per-unit':
      return length.times(pricing.price);
    case 'graduated':
      return sum(boundsOf(pricing.tiers, unit).map((tier) => overlap(slice, tier.above, tier.upTo).times(tier.price)));
    case 'volume':
      return length.times(volumePrice(pricing.tiers, slice.whole, unit));
    case 'package': {
      const size = unit.times(pricing.size);
      return stepsTo(slice.to, size).minus(stepsTo(slice.from, size)).times(pricing.price).times(unit);
    }
  }
}

interface Bounds {
  readonly above: Exact;
  /** Null: no end. */
  readonly upTo: Exact | null;
  readonly price: string;
}

const boundsOf = (tiers: Tiers, unit: Exact): Bounds[] =>
  tiers.map(({ upTo, price }, index) => ({
    above: unit.times(tiers[index - 1]?.upTo ?? '0'),
    upTo: upTo === null ? null : unit.times(upTo),
    price,
  }));

function overlap({ from, to }: Slice, above: Exact, upTo: Exact | null): Exact {
  const start = Exact.max(from, above);
  const end = upTo === null ? to : Exact.min(to, upTo);
  return end.greaterThan(start) ? end.minus(start) : zero;
}

const volumePrice = (tiers: Tiers, whole: Exact, unit: Exact): Exact =>
  exact(boundsOf(tiers, unit).find(({ upTo }) => upTo === null || whole.lessThanOrEqualTo(upTo))?.price ?? '0');
