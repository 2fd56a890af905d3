import { metric, type Metric } from '@berth/contracts/metering';
import type { Segment } from '../rating/rating.js';
import { usageCharges, unpricedUsage } from '../rating/usage-charges.js';

/** Base units of each metric. */
export type Quantities = Readonly<Record<Metric, bigint>>;

/** Thrown when usage was lost or made on its way from spans to lines: nothing may be billed then. */
export class NotConserved extends Error {}

/**
 * The spans of a period, summed up by themselves, are as much as what is rated, to the last unit.
 * @throws NotConserved
 */
export function requireConserved(spans: Quantities, segments: readonly Segment[]): void {
  for (const each of metric.options) {
    const parts = [...usageCharges(segments, each), ...unpricedUsage(segments, each)];
    const rated = parts.reduce((all, { quantity }) => all + quantity, 0n);
    if (rated !== spans[each]) throw new NotConserved(`${each}: spans are ${spans[each]}, rated is ${rated}`);
  }
}
