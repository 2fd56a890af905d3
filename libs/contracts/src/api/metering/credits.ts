import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { currency, decimal, id, instant, storable } from '../../common/values.js';
import { positive10 } from './price-books.js';

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

/** Whoever names its code gets a credit, once per organization. */
export const coupon = z
  .object({
    code,
    name: z.string(),
    currency,
    amount: decimal,
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
    currency,
    amount: positive10,
    creditDays: z.int().min(1).max(36_500).nullable().default(null),
    limit: z.int().min(1).max(1_000_000_000).nullable().default(null),
    endsAt: instant.nullable().default(null),
  })
  .meta({ id: 'CreateCoupon' });
export type CreateCoupon = z.infer<typeof createCoupon>;

export const redeemCoupon = z.strictObject({ organization: id, code: z.string().max(40) }).meta({ id: 'RedeemCoupon' });
export type RedeemCoupon = z.infer<typeof redeemCoupon>;
