import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { storable } from '../../common/values.js';

export const issuerCode = z
  .string()
  .regex(/^[A-Z][A-Z0-9-]{0,19}$/, { error: 'must be 1 to 20 capital letters, digits and hyphens' });

export const printedLine = z.string().min(1).max(200).refine(storable, { error: 'must be printable' });
/** Lines as they are printed. */
export const address = z.array(printedLine).max(6);

/** RFC 5321, section 4.5.3.1.1. */
const hasShortName = (address: string): boolean => address.indexOf('@') <= 64;

/** Who writes invoices, as it stands on them. */
export const seller = z.strictObject({
  name: printedLine,
  address,
  taxId: printedLine.nullable(),
  email: z.email().max(200).refine(hasShortName, { error: 'must have at most 64 characters before the @' }).nullable(),
  /** How to pay: bank account, reference. */
  payment: z.array(printedLine).max(6),
});
export type Seller = z.infer<typeof seller>;

export const issuer = z
  .object({
    issuer: z.string(),
    profile: seller,
    /** From the day an invoice is issued until it must be paid. */
    daysToPay: z.int().nonnegative(),
  })
  .meta({ id: 'Issuer' });
export type Issuer = z.infer<typeof issuer>;
export const issuerPage = pageOf(issuer).meta({ id: 'IssuerPage' });

/** Stands on invoices that are issued from then on. */
export const updateIssuer = z
  .strictObject({ profile: seller, daysToPay: z.int().min(0).max(365).default(14) })
  .meta({ id: 'UpdateIssuer' });
export type UpdateIssuer = z.infer<typeof updateIssuer>;
