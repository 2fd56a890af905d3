import type { CostAmounts, PriceBook, RoundingPolicy } from '@berth/contracts/metering';
import { Decimal } from 'decimal.js';
import type { Quantity } from '../usage/usage.js';

/** Products of quantities and prices have far fewer digits, so only the one division at the end can round. */
const Exact = Decimal.clone({ precision: 120, rounding: Decimal.ROUND_HALF_EVEN });
type Exact = Decimal;

export const roundingPolicy: RoundingPolicy = { mode: 'half-even', lineDecimals: 10, totalDecimals: 2 };

const millisecondsPerHour = 3_600_000n;
const millicoresPerCore = 1000n;
const bytesPerGib = 2n ** 30n;

/** Amounts are kept as multiples of one part in this many of the currency unit: sums need no division. */
const denominator = new Exact((millisecondsPerHour * millicoresPerCore * bytesPerGib).toString());

/** An exact amount of money. */
export interface Amount {
  readonly cpu: Exact;
  readonly memory: Exact;
}

export type Rates = Pick<PriceBook, 'coreHour' | 'gibHour'>;

export const priceOf = (quantity: Quantity, rates: Rates): Amount => ({
  cpu: new Exact((quantity.millicoreMilliseconds * bytesPerGib).toString()).times(rates.coreHour),
  memory: new Exact((quantity.byteMilliseconds * millicoresPerCore).toString()).times(rates.gibHour),
});

export const minus = (a: Amount, b: Amount): Amount => ({ cpu: a.cpu.minus(b.cpu), memory: a.memory.minus(b.memory) });

/** What is charged: the exact sum, rounded once. */
export const totalOf = (amount: Amount): string =>
  rounded(amount.cpu.plus(amount.memory), roundingPolicy.totalDecimals);

/** For reading: each figure is rounded by itself. */
export const lineOf = (amount: Amount): CostAmounts => ({
  cpu: rounded(amount.cpu, roundingPolicy.lineDecimals),
  memory: rounded(amount.memory, roundingPolicy.lineDecimals),
  total: rounded(amount.cpu.plus(amount.memory), roundingPolicy.lineDecimals),
});

function rounded(numerator: Exact, decimals: number): string {
  const value = numerator.div(denominator).toDecimalPlaces(decimals, Decimal.ROUND_HALF_EVEN);
  return (value.isZero() ? value.abs() : value).toFixed(decimals);
}
