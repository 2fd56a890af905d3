import { z } from 'zod';
import { currency, decimal } from '../../common/values.js';
import { allocationEntry } from '../../events/shapes.js';
import { usageGroup, usageInterval } from './usage.js';

/**
 * How amounts were rounded. Each is computed exactly and rounded once, half to even; the total is computed from exact
 * amounts, never from rounded ones.
 */
export const roundingPolicy = z.object({
  mode: z.literal('half-even'),
  /** Decimals of lines, for reading only. */
  lineDecimals: z.int().nonnegative(),
  /** Decimals of totals: what is charged. */
  totalDecimals: z.int().nonnegative(),
});
export type RoundingPolicy = z.infer<typeof roundingPolicy>;

export const costAmounts = z.object({ cpu: decimal, memory: decimal, total: decimal });
export type CostAmounts = z.infer<typeof costAmounts>;

export const costs = usageInterval
  .extend({
    currency,
    /** Name of the price book. */
    priceBook: z.string(),
    rounding: roundingPolicy,
    items: z.array(usageGroup.extend(costAmounts.shape)),
    next: z.string().nullable(),
    /** Over all pages. */
    total: decimal,
  })
  .meta({ id: 'Costs' });
export type Costs = z.infer<typeof costs>;

const entries = z.array(allocationEntry.pick({ instances: true, cpuMillicores: true, memoryMib: true })).max(1_000);

/** `before` and `after` as a dry run answers them; other fields of an entry do not matter here. */
export const estimateCosts = z.strictObject({ before: entries, after: entries }).meta({ id: 'EstimateCosts' });
export type EstimateCosts = z.infer<typeof estimateCosts>;

/** Prices of a month of `monthHours` hours. */
export const costEstimate = z
  .object({
    currency,
    priceBook: z.string(),
    rounding: roundingPolicy,
    monthHours: z.int().positive(),
    before: decimal,
    after: decimal,
    /** `after` less `before`, computed exactly and rounded once. */
    difference: decimal,
  })
  .meta({ id: 'CostEstimate' });
export type CostEstimate = z.infer<typeof costEstimate>;
