import type { Metric } from '@berth/contracts/metering';
import { formatMinor } from '../rating/currency.js';
import { exact, roundQuotient } from '../rating/exact.js';
import { unitOf } from '../rating/metrics.js';

/** Base units in the unit that prices are for, rounded to so many decimals: for reading, never to compute with. */
export const inUnits = (metric: Metric, quantity: bigint, decimals: number): string =>
  formatMinor(roundQuotient(exact(quantity), unitOf[metric].size, decimals, 'half-even'), decimals);
