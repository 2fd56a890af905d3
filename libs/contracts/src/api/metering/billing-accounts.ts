import { z } from 'zod';
import { id } from '../../common/values.js';
import { address, issuerCode, printedLine } from './issuers.js';
import { country, tax } from './taxes.js';

/** Who is billed, as it stands on invoices. */
export const billTo = z.strictObject({ name: printedLine, address });

/** How an organization is billed. */
export const billingAccount = z
  .object({
    organizationId: id,
    /** IANA name; periods are calendar months there. Fixed once there is an invoice. */
    timeZone: z.string(),
    priceBookId: id,
    /** Whose invoices they are: numbers are without gaps per issuer. */
    issuer: z.string(),
    /** Instead of the issuer's tax rules, when there are any. */
    taxes: z.array(tax),
    /** Whose tax rules hold; null: none. */
    country: country.nullable(),
    /** A business's number for taxes, printed on invoices. */
    taxId: z.string().nullable(),
    billTo: billTo.nullable(),
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
    issuer: issuerCode,
    billTo: billTo.nullable(),
    taxes: z.array(tax).max(10),
    country: country.nullable(),
    taxId: z
      .string()
      .regex(/^[A-Z0-9][A-Z0-9 .-]{1,39}$/, { error: 'must be capital letters, digits, spaces, dots and hyphens' })
      .nullable(),
  })
  .partial()
  .meta({ id: 'UpdateBillingAccount' });
export type UpdateBillingAccount = z.infer<typeof updateBillingAccount>;
