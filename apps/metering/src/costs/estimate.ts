import type { Fraction } from '@berth/billing';
import type { EstimateCosts } from '@berth/contracts/metering';
import type { Cut } from '../price-books/price-book.js';
import type { Quantity } from '../usage/usage.js';
import { added, chargesOf, segmentsOf } from './cost.js';

/** A twelfth of a year of 365 days. */
export const monthHours = 730;
const monthMilliseconds = BigInt(monthHours) * 3_600_000n;
const bytesPerMib = 2n ** 20n;

/** What an allocation and its volumes use when they are there a whole month. */
export function quantityPerMonth(entries: EstimateCosts['before'], storageMib = 0): Quantity {
  const sum = (of: (entry: EstimateCosts['before'][number]) => number): bigint =>
    entries.reduce((total, entry) => total + BigInt(entry.instances) * BigInt(of(entry)), 0n);
  return {
    millicoreMilliseconds: sum((entry) => entry.cpuMillicores) * monthMilliseconds,
    byteMilliseconds: sum((entry) => entry.memoryMib) * bytesPerMib * monthMilliseconds,
    storageByteMilliseconds: BigInt(storageMib) * bytesPerMib * monthMilliseconds,
    buildMillicoreMilliseconds: 0n,
    egressBytes: 0n,
    domainMilliseconds: 0n,
    instanceMilliseconds: sum(() => 1) * monthMilliseconds,
  };
}

/** What that month costs when nothing else runs and the version of `now` holds. */
export function pricePerMonth(entries: EstimateCosts['before'], storageMib: number, now: Cut): Fraction {
  const usage = [{ appId: 'estimated', interval: 0, quantity: quantityPerMonth(entries, storageMib) }];
  return added(chargesOf(segmentsOf([now], usage)).map(({ amount }) => amount));
}

export const minus = (a: Fraction, b: Fraction): Fraction =>
  added([a, { numerator: b.numerator.negated(), denominator: b.denominator }]);
