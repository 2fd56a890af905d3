import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { discount, fee, positive10, rate } from './price-books.js';

/** What is other for one organization than its price book says. */
export const terms = z.strictObject({
  /** In place of the book's rate of the same metric. */
  rates: z.array(rate).max(50).default([]),
  /** Beside the book's; in place of one with the same id. */
  fees: z.array(fee).max(50).default([]),
  /** Fees and discounts of the book, by id, that do not hold. */
  without: z.array(slug).max(100).default([]),
  /** After the book's, each on what the former left. */
  discounts: z.array(discount).max(50).default([]),
  /** In place of the book's. */
  minimum: positive10.optional(),
});
export type Terms = z.infer<typeof terms>;

/** Price book and terms of an organization from a moment until the next agreement. Never changed. */
export const agreement = z
  .object({
    organizationId: id,
    /** From 1, per organization. */
    number: z.int().positive(),
    validFrom: instant,
    validTo: instant.nullable(),
    priceBookId: id,
    terms,
  })
  .meta({ id: 'Agreement' });
export type Agreement = z.infer<typeof agreement>;
export const agreementPage = pageOf(agreement).meta({ id: 'AgreementPage' });

/** `validFrom` is to come, and after that of every agreement before. Currency and rounding stay those of the account. */
export const createAgreement = z
  .strictObject({ organizationId: id, validFrom: instant, priceBookId: id, terms: terms.prefault({}) })
  .meta({ id: 'CreateAgreement' });
export type CreateAgreement = z.infer<typeof createAgreement>;
