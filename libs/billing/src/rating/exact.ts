import type { RoundingMode } from '@berth/contracts/metering';
import { Decimal } from 'decimal.js';

/** Sums and products of what is rated here have far fewer digits, so none of them is ever rounded. */
export const Exact = Decimal.clone({ precision: 2_000, toExpNeg: -10_000, toExpPos: 10_000 });
export type Exact = Decimal;

export const exact = (value: bigint | string | number): Exact => new Exact(value.toString());
export const zero = exact(0);
export const sum = (values: readonly Exact[]): Exact => values.reduce((total, value) => total.plus(value), zero);
export const positive = (value: Exact): Exact => (value.isNegative() ? zero : value);

/** How many steps of `size` it takes to reach `value`; `value` is not negative. */
export const stepsTo = (value: Exact, size: Exact): Exact => {
  const whole = value.divToInt(size);
  return whole.times(size).lessThan(value) ? whole.plus(1) : whole;
};

/**
 * `numerator / denominator` in steps of 10^-digits, rounded once. The quotient itself is never written down, because it
 * may have no end. Half goes to the even neighbour, or away from zero.
 */
export function roundQuotient(numerator: Exact, denominator: Exact, digits: number, mode: RoundingMode): bigint {
  const decimals = Math.max(numerator.decimalPlaces(), denominator.decimalPlaces());
  const integer = (value: Exact) => BigInt(value.times(exact(10).pow(decimals)).toFixed(0));
  const [top, bottom] = [integer(numerator) * 10n ** BigInt(digits), integer(denominator)];
  const size = top < 0n ? -top : top;
  const [whole, twice] = [size / bottom, 2n * (size % bottom)];
  const isUp = twice > bottom || (twice === bottom && (mode === 'half-up' || whole % 2n === 1n));
  const rounded = isUp ? whole + 1n : whole;
  return top < 0n ? -rounded : rounded;
}
