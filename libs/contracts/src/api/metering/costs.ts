import { z } from 'zod';
import { pageQuery } from '../../common/page.js';
import { currency, decimal, id, instant } from '../../common/values.js';
import { allocationEntry } from '../../events/shapes.js';
import { metric, roundingMode } from './price-books.js';
import { notMetered, period, usageGroup, usageInterval } from './usage.js';

/** Each line of a bill is computed exactly and rounded once, to `totalDecimals`; totals are sums of such lines. */
export const roundingPolicy = z.object({
  mode: roundingMode,
  /** Decimals of what is shown per app, environment or process: for reading, never added up. */
  lineDecimals: z.int().nonnegative(),
  /** Decimals of the currency. */
  totalDecimals: z.int().nonnegative(),
});
export type RoundingPolicy = z.infer<typeof roundingPolicy>;

export const costAmounts = z.object({
  cpu: decimal,
  memory: decimal,
  storage: decimal,
  build: decimal,
  egress: decimal,
  domain: decimal,
  total: decimal,
});
export type CostAmounts = z.infer<typeof costAmounts>;

export const costs = usageInterval
  .extend({
    currency,
    /** Name of the price book. */
    priceBook: z.string(),
    rounding: roundingPolicy,
    items: z.array(usageGroup.extend(costAmounts.shape)),
    next: z.string().nullable(),
    /** Over all pages: each rate of each version of the price book, rounded as on a bill, and added up. */
    total: decimal,
  })
  .meta({ id: 'Costs' });
export type Costs = z.infer<typeof costs>;

/** 1 PiB. */
const mib = z.int().nonnegative().max(1_073_741_824);

const entries = z.array(allocationEntry.pick({ instances: true, cpuMillicores: true, memoryMib: true })).max(1_000);

/**
 * `before` and `after` as a dry run answers them; other fields of an entry do not matter here. With an organization by its
 * price book, else by the default one; whoever may read the costs of a part of it names that part.
 */
export const estimateCosts = z
  .strictObject({
    organization: id.optional(),
    project: id.optional(),
    environment: id.optional(),
    before: entries,
    after: entries,
    /** Volumes, all of their copies together, as they are provisioned. */
    storage: z.strictObject({ beforeMib: mib, afterMib: mib }).default({ beforeMib: 0, afterMib: 0 }),
  })
  .refine((body) => body.organization !== undefined || (body.project ?? body.environment) === undefined, {
    path: ['organization'],
    error: 'is needed with a project or an environment',
  })
  .meta({ id: 'EstimateCosts' });
export type EstimateCosts = z.infer<typeof estimateCosts>;

/** Prices of a month of `monthHours` hours, as though nothing else ran: tiers and allowances are those of this alone. */
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

export const environmentCostsQuery = pageQuery.extend({ organization: id, project: id.optional() });
export type EnvironmentCostsQuery = z.infer<typeof environmentCostsQuery>;

/**
 * Of environments that used anything this month or have anything now: their shares of what the organization is charged for
 * usage. Fees, discounts, a minimum and taxes are the organization's, and in no environment.
 */
export const environmentCosts = z
  .object({
    /** Of the billing account's time zone. */
    month: period,
    from: instant,
    countedUntil: instant,
    waitingWorkloads: z.int().nonnegative(),
    /** This month, in any of them. */
    notMetered: z.array(notMetered),
    currency,
    priceBook: z.string(),
    items: z.array(
      z.object({
        environmentId: id,
        /** Of the month, with builds. */
        soFar: decimal,
        /** The next 24 hours if it keeps what it has now, with its volumes and without builds, after what the month used. */
        perDay: decimal,
        /** What it uses and no rate is for: it is in neither amount. */
        unpriced: z.array(metric),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({ id: 'EnvironmentCosts' });
export type EnvironmentCosts = z.infer<typeof environmentCosts>;
