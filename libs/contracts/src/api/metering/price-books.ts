import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { currency, id, instant, MOST, reasonGiven, slug } from '../../common/values.js';

/** A price or a quantity in units: not negative, at most ten decimals. What compares amounts sees none that is no number. */
export const amount10 = z.string().regex(/^(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?$/, {
  error: 'must be a decimal number with at most ten decimals',
  abort: true,
});

const isPositive = (text: string): boolean => /[1-9]/.test(text);
export const positive10 = amount10.refine(isPositive, { error: 'must be more than 0' });

/** 0 to 100. */
export const percentOrNone = z
  .string()
  .regex(/^(100(\.0{1,10})?|[1-9]?[0-9](\.[0-9]{1,10})?)$/, { error: 'must be a percentage' });
export const percent = percentOrNone.refine(isPositive, { error: 'must be more than 0' });

/** What is measured: `cpu` is priced per core-hour, `memory` and `storage` (of volumes) per GiB-hour, `egress` (answers to visitors) per GiB (2^30 bytes), `domain` (hosts of customers) per hour of each. */
export const metric = z.enum(['cpu', 'memory', 'storage', 'build', 'egress', 'domain']);
export type Metric = z.infer<typeof metric>;

/** In steps of 10^-10, to compare without a float. */
function scaled(text: string | null | undefined): bigint {
  const [whole = '0', decimals = ''] = (text ?? '0').split('.');
  return BigInt(whole + decimals.padEnd(10, '0'));
}

const tiers = z
  .array(z.strictObject({ upTo: positive10.nullable(), price: amount10 }))
  .min(1)
  .max(50)
  .refine((all) => all.every(({ upTo }, index) => (upTo === null) === (index === all.length - 1)), {
    error: 'the last tier alone has no bound',
  })
  .refine((all) => all.slice(1, -1).every(({ upTo }, index) => scaled(upTo) > scaled(all[index]?.upTo)), {
    error: 'each bound must be above the one before',
  });

/**
 * `per-unit`: each unit costs the same. `graduated`: each unit costs what its own tier says; a bound belongs to the
 * tier that it ends. `volume`: all units of the period cost what the tier of their total says. `package`: each package
 * that was begun costs the same.
 */
export const pricing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('per-unit'), price: amount10 }),
  z.strictObject({ kind: z.literal('graduated'), tiers }),
  z.strictObject({ kind: z.literal('volume'), tiers }),
  z.strictObject({ kind: z.literal('package'), size: positive10, price: amount10 }),
]);
export type Pricing = z.infer<typeof pricing>;

const item = { id: slug, name: z.string().min(1).max(100) };

export const rate = z.strictObject({
  ...item,
  metric,
  pricing,
  /** The first units of a period that cost nothing: of the whole organization, or of each app. */
  free: z.strictObject({ quantity: positive10, of: z.enum(['organization', 'app']) }).optional(),
});
export type Rate = z.infer<typeof rate>;

/** For a whole period; a version that holds for a part of it takes that part of the amount. */
export const fee = z.strictObject({ ...item, amount: amount10 });

/** On rates and fees by their ids; without `on`: on all of the version. Applied in order, each on what the former left. */
export const discount = z
  .strictObject({
    ...item,
    percent: percent.optional(),
    /** Of a whole period, at most what there is. */
    amount: positive10.optional(),
    on: z.array(slug).min(1).optional(),
  })
  .refine((each) => (each.percent === undefined) !== (each.amount === undefined), {
    error: 'has either a percent or an amount',
  });
export type Discount = z.infer<typeof discount>;

/** What is charged while a version holds. */
export const priceList = z.strictObject({
  rates: z.array(rate).max(50),
  fees: z.array(fee).max(50).default([]),
  discounts: z.array(discount).max(50).default([]),
  /** What a period costs at least, before tax. */
  minimum: positive10.optional(),
});
export type PriceList = z.infer<typeof priceList>;

export const roundingMode = z.enum(['half-even', 'half-up']);
export type RoundingMode = z.infer<typeof roundingMode>;

/** Never changed. It holds from `validFrom` until the next version does. */
export const priceBookVersion = z
  .object({ version: z.int().positive(), validFrom: instant, validTo: instant.nullable(), prices: priceList })
  .meta({ id: 'PriceBookVersion' });
export type PriceBookVersion = z.infer<typeof priceBookVersion>;

export const priceBook = z
  .object({
    id,
    name: z.string(),
    currency,
    /** How each line of an invoice is rounded to the smallest unit of the currency. */
    rounding: roundingMode,
    /** The one that holds now. */
    current: priceBookVersion,
  })
  .meta({ id: 'PriceBook' });
export type PriceBook = z.infer<typeof priceBook>;
export const priceBookPage = pageOf(priceBook).meta({ id: 'PriceBookPage' });

export const priceBookVersionPage = pageOf(priceBookVersion).meta({ id: 'PriceBookVersionPage' });

/** Each metric has at most one rate, ids differ, and discounts are on what there is. */
export const isConsistent = ({ rates, fees, discounts }: PriceList): boolean => {
  const ids = [...rates, ...fees].map(({ id: each }) => each);
  const isKnown = discounts.every(({ on }) => (on ?? []).every((each) => ids.includes(each)));
  const metrics = rates.map((each) => each.metric);
  return isKnown && new Set(ids).size === ids.length && new Set(metrics).size === metrics.length;
};

/** As a body holds them. */
export const consistentPrices = priceList.refine(isConsistent, {
  error: 'each metric has at most one rate, ids differ, and discounts are on what there is',
});

/** Its first version holds for all time before the second. */
export const createPriceBook = z
  .strictObject({ name: slug, currency, rounding: roundingMode.default('half-even'), prices: consistentPrices })
  .meta({ id: 'CreatePriceBook' });
export type CreatePriceBook = z.infer<typeof createPriceBook>;

/** `validFrom` is to come, and after that of every version before. `reason` stands in the audit trail. */
export const createPriceBookVersion = z
  .strictObject({ validFrom: instant, prices: consistentPrices, reason: reasonGiven.optional() })
  .meta({ id: 'CreatePriceBookVersion' });
export type CreatePriceBookVersion = z.infer<typeof createPriceBookVersion>;

export const priceDifferenceQuery = z.object({
  from: z.coerce.number().int().positive().max(MOST),
  to: z.coerce.number().int().positive().max(MOST),
});
export type PriceDifferenceQuery = z.infer<typeof priceDifferenceQuery>;

/** What one list of prices says other than another; the side that does not have it is null. */
export const priceDifference = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rate'), id: z.string(), before: rate.nullable(), after: rate.nullable() }),
  z.object({ kind: z.literal('fee'), id: z.string(), before: fee.nullable(), after: fee.nullable() }),
  z.object({ kind: z.literal('discount'), id: z.string(), before: discount.nullable(), after: discount.nullable() }),
  z.object({ kind: z.literal('minimum'), id: z.string(), before: amount10.nullable(), after: amount10.nullable() }),
]);
export type PriceDifference = z.infer<typeof priceDifference>;

export const priceDifferences = z
  .object({ currency, from: z.int().positive(), items: z.array(priceDifference) })
  .meta({ id: 'PriceDifferences' });
export type PriceDifferences = z.infer<typeof priceDifferences>;

/** What a new version would change is told, and nothing stored. */
export const comparePrices = z.strictObject({ prices: consistentPrices }).meta({ id: 'ComparePrices' });
export type ComparePrices = z.infer<typeof comparePrices>;
