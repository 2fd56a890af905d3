import { z } from 'zod';
import { id, slug } from '../../common/values.js';
import { percent } from './price-books.js';

export const tax = z.strictObject({ id: slug, name: z.string().min(1).max(100), percent });

/** How an organization is billed. */
export const billingAccount = z
  .object({
    organizationId: id,
    /** IANA name; periods are calendar months there. Fixed once there is an invoice. */
    timeZone: z.string(),
    priceBookId: id,
    /** Whose invoices they are: numbers are without gaps per issuer. */
    issuer: z.string(),
    taxes: z.array(tax),
    /** Why the period that is over is not closed; null: nothing hinders it. */
    blocked: z.string().nullable(),
  })
  .meta({ id: 'BillingAccount' });
export type BillingAccount = z.infer<typeof billingAccount>;

/** Holds for every period that is not closed yet. */
export const updateBillingAccount = z
  .strictObject({
    timeZone: z.string().max(100),
    priceBookId: id,
    issuer: z
      .string()
      .regex(/^[A-Z][A-Z0-9-]{0,19}$/, { error: 'must be 1 to 20 capital letters, digits and hyphens' }),
    taxes: z.array(tax).max(10),
  })
  .partial()
  .meta({ id: 'UpdateBillingAccount' });
export type UpdateBillingAccount = z.infer<typeof updateBillingAccount>;
