import type { RoundingMode } from '@berth/contracts/metering';
import { exact, roundQuotient } from './exact.js';
import type { Fraction } from './rating.js';
import { shares } from './shares.js';

export interface Discountable {
  /** Of the rate or fee. */
  readonly id: string;
  /** Smallest units that are left to be discounted; not negative. */
  left: bigint;
}

/** Of a price book, an agreement or a coupon: a percentage or an amount. */
export interface Reduction {
  readonly percent?: string | undefined;
  readonly amount?: string | undefined;
  readonly on?: readonly string[] | undefined;
}

export interface Discounting {
  readonly digits: number;
  readonly rounding: RoundingMode;
  /** The part of the period that the version holds for. */
  readonly part: Fraction;
}

/** Takes a discount off what is left of its lines, spread over them by what is left; answers its size, not negative. */
export function discounted(lines: readonly Discountable[], discount: Reduction, by: Discounting): bigint {
  const on = lines.filter(({ id }) => discount.on?.includes(id) ?? true);
  const base = on.reduce((all, { left }) => all + left, 0n);
  const wanted = sizeOf(discount, base, by);
  const size = wanted < base ? wanted : base;
  const parts = shares(
    size,
    on.map(({ left }) => left),
  );
  on.forEach((line, index) => (line.left -= parts[index] ?? 0n));
  return size;
}

function sizeOf({ percent, amount }: Reduction, base: bigint, { digits, rounding, part }: Discounting): bigint {
  if (percent !== undefined) return roundQuotient(exact(base).times(percent), exact(100), 0, rounding);
  const whole = part.numerator.times(amount ?? 0);
  return roundQuotient(whole, part.denominator, digits, rounding);
}
