import type { EstimateCosts } from '@berth/contracts/metering';
import type { Quantity } from '../usage/usage.js';

/** A twelfth of a year of 365 days. */
export const monthHours = 730;
const monthMilliseconds = BigInt(monthHours) * 3_600_000n;
const bytesPerMib = 2n ** 20n;

/** What an allocation uses when it runs a whole month. */
export function quantityPerMonth(entries: EstimateCosts['before']): Quantity {
  const sum = (of: (entry: EstimateCosts['before'][number]) => number): bigint =>
    entries.reduce((total, entry) => total + BigInt(entry.instances) * BigInt(of(entry)), 0n);
  return {
    millicoreMilliseconds: sum((entry) => entry.cpuMillicores) * monthMilliseconds,
    byteMilliseconds: sum((entry) => entry.memoryMib) * bytesPerMib * monthMilliseconds,
  };
}
