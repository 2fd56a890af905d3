import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { currency, decimal, id, instant, slug, storable } from '../../common/values.js';
import { percent, positive10 } from './price-books.js';
import { period } from './usage.js';

const name = z.string().min(1).max(100).refine(storable, { error: 'must be printable' });

/** Money that an organization need not pay: taken off invoices, those that expire first before others, then the oldest. */
export const credit = z
  .object({
    id,
    organizationId: id,
    name: z.string(),
    currency,
    amount: decimal,
    /** What no invoice used yet. A void invoice gives back what it used. */
    left: decimal,
    /** It pays for periods that begin before this. */
    expiresAt: instant.nullable(),
    /** Code of the coupon that it comes from. */
    coupon: z.string().nullable(),
    createdAt: instant,
    /** What was left then is gone. */
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Credit' });
export type CreditOfOrganization = z.infer<typeof credit>;
export const creditPage = pageOf(credit).meta({ id: 'CreditPage' });
export const creditQuery = pageQuery.extend({ organization: id });
export type CreditQuery = z.infer<typeof creditQuery>;

/** In the currency of the organization's price book. */
export const grantCredit = z
  .strictObject({ organizationId: id, name, amount: positive10, expiresAt: instant.nullable().default(null) })
  .meta({ id: 'GrantCredit' });
export type GrantCredit = z.infer<typeof grantCredit>;

const code = z
  .string()
  .regex(/^[A-Z0-9][A-Z0-9-]{3,39}$/, { error: 'must be 4 to 40 capital letters, digits, hyphens' });

/** A percentage off invoices: of what the discounts of the prices left, before the minimum and tax; the oldest first. */
export const couponDiscount = z
  .object({
    id,
    organizationId: id,
    name: z.string(),
    percent,
    /** Ids of rates and fees; null: on all. */
    on: z.array(z.string()).nullable(),
    /** Code of the coupon that it comes from. */
    coupon: z.string(),
    /** It holds for whole months: the one in which the coupon was redeemed is the first. */
    firstMonth: period,
    /** Null: for ever. */
    lastMonth: period.nullable(),
    createdAt: instant,
    /** Invoices that were issued before keep it. */
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'CouponDiscount' });
export type DiscountOfOrganization = z.infer<typeof couponDiscount>;
export const couponDiscountPage = pageOf(couponDiscount).meta({ id: 'CouponDiscountPage' });

/** Whoever names its code gets a credit (of an amount) or a discount (of a percentage), once per organization. */
export const coupon = z
  .object({
    code,
    name: z.string(),
    /** Null where it is a percentage. */
    currency: currency.nullable(),
    amount: decimal.nullable(),
    /** Null where it is an amount. */
    percent: percent.nullable(),
    /** How many months a discount from it holds for, with the first; null: for ever. */
    months: z.int().positive().nullable(),
    /** Ids of the rates and fees that a discount from it is on; null: all. */
    on: z.array(z.string()).nullable(),
    /** How long a credit from it lasts; null: for ever. */
    creditDays: z.int().positive().nullable(),
    /** How many organizations may redeem it; null: any number. */
    limit: z.int().positive().nullable(),
    redeemed: z.int().nonnegative(),
    /** It cannot be redeemed from then on. */
    endsAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Coupon' });
export type Coupon = z.infer<typeof coupon>;
export const couponPage = pageOf(coupon).meta({ id: 'CouponPage' });

export const createCoupon = z
  .strictObject({
    code,
    name,
    currency: currency.nullable().default(null),
    amount: positive10.nullable().default(null),
    creditDays: z.int().min(1).max(36_500).nullable().default(null),
    percent: percent.nullable().default(null),
    months: z.int().min(1).max(1_200).nullable().default(null),
    on: z.array(slug).min(1).max(100).nullable().default(null),
    limit: z.int().min(1).max(1_000_000_000).nullable().default(null),
    endsAt: instant.nullable().default(null),
  })
  .refine(({ amount, percent: part }) => (amount === null) !== (part === null), {
    ...{ error: 'either an amount or a percentage', path: ['amount'] },
  })
  .refine(({ amount, currency: money }) => (amount === null) === (money === null), {
    ...{ error: 'an amount has a currency, a percentage has none', path: ['currency'] },
  })
  .refine(({ percent: part, months }) => part !== null || months === null, {
    ...{ error: 'only of a percentage; a credit lasts for creditDays', path: ['months'] },
  })
  .refine(({ percent: part, on }) => part !== null || on === null, {
    ...{ error: 'only of a percentage', path: ['on'] },
  })
  .refine(({ percent: part, creditDays }) => part === null || creditDays === null, {
    ...{ error: 'only of an amount; a percentage holds for months', path: ['creditDays'] },
  })
  .meta({ id: 'CreateCoupon' });
export type CreateCoupon = z.infer<typeof createCoupon>;

export const redeemCoupon = z.strictObject({ organization: id, code: z.string().max(40) }).meta({ id: 'RedeemCoupon' });
export type RedeemCoupon = z.infer<typeof redeemCoupon>;

/** What a coupon became. */
export const redemption = z.union([credit, couponDiscount]).meta({ id: 'Redemption' });
export type Redemption = z.infer<typeof redemption>;
