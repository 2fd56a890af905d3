import type { Metric, Rate } from '@berth/contracts/metering';
import { exact, Exact, positive, sum, zero } from './exact.js';
import { unitOf } from './metrics.js';
import { chargeOf } from './pricing.js';
import type { Segment, UsageOfApp } from './rating.js';

/** What one rate of one version charges. `charge` is times the size of the metric's unit. */
export interface UsageCharge {
  readonly segment: Segment;
  readonly rate: Rate;
  readonly quantity: bigint;
  readonly charge: Exact;
}

/** Usage of a metric that the version which holds then has no rate for. */
export interface Unpriced {
  readonly metric: Metric;
  readonly version: number;
  readonly quantity: bigint;
}

type Quantities = ReadonlyMap<string, bigint>;

/**
 * What was used while a version held is charged by that version, and goes on where the versions before it ended: tiers,
 * packages and allowances are filled once per period, however often prices change.
 */
export function usageCharges(segments: readonly Segment[], metric: Metric): UsageCharge[] {
  const all = segments.flatMap((segment) => segment.usage);
  const whole = add(new Map(), all, metric);
  const charges: UsageCharge[] = [];
  let before: Quantities = new Map();
  for (const segment of segments) {
    const after = add(before, segment.usage, metric);
    const rate = segment.version.prices.rates.find((each) => each.metric === metric);
    const quantity = totalOf(after) - totalOf(before);
    if (rate && quantity > 0n)
      charges.push({ segment, rate, quantity, charge: charged(rate, { before, after, whole }) });
    before = after;
  }
  return charges;
}

export function unpricedUsage(segments: readonly Segment[], metric: Metric): Unpriced[] {
  return segments.flatMap(({ version, usage }) => {
    const quantity = totalOf(add(new Map(), usage, metric));
    const isPriced = version.prices.rates.some((rate) => rate.metric === metric);
    return isPriced || quantity === 0n ? [] : [{ metric, version: version.version, quantity }];
  });
}

function charged(rate: Rate, position: { before: Quantities; after: Quantities; whole: Quantities }): Exact {
  const unit = unitOf[rate.metric].size;
  const slice = {
    from: charging(rate, position.before, unit),
    to: charging(rate, position.after, unit),
    whole: charging(rate, position.whole, unit),
  };
  return chargeOf(rate.pricing, slice, unit);
}

/** What is left of quantities after the allowance. */
function charging({ free }: Rate, quantities: Quantities, unit: Exact): Exact {
  const amounts = [...quantities.values()].map(exact);
  if (!free) return sum(amounts);
  const allowance = unit.times(free.quantity);
  if (free.of === 'organization') return positive(sum(amounts).minus(allowance));
  return amounts.reduce((total, amount) => total.plus(positive(amount.minus(allowance))), zero);
}

function add(to: Quantities, usage: readonly UsageOfApp[], metric: Metric): Quantities {
  const added = new Map(to);
  for (const each of usage)
    if (each.metric === metric) added.set(each.appId, (added.get(each.appId) ?? 0n) + each.quantity);
  return added;
}

const totalOf = (quantities: Quantities): bigint => [...quantities.values()].reduce((all, each) => all + each, 0n);
