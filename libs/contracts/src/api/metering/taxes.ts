import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { percentOrNone } from './price-books.js';

/** Of what is charged before tax. 0 percent is a line, too: it says why nothing is taken. */
export const tax = z.strictObject({ id: slug, name: z.string().min(1).max(100), percent: percentOrNone });
export type TaxOnInvoice = z.infer<typeof tax>;

/** ISO 3166-1 alpha-2. */
export const country = z.string().regex(/^[A-Z]{2}$/, { error: 'must be two capital letters: DE' });

/** `with-tax-id`: customers that named a tax id of their own, which as a rule are businesses. */
export const taxedCustomers = z.enum(['all', 'with-tax-id', 'without-tax-id']);
export type TaxedCustomers = z.infer<typeof taxedCustomers>;

/**
 * A tax of an issuer for customers of a country, from a moment until the next rule of the same issuer, country, customers
 * and tax. Never changed. The end of a period decides which rules hold for it; a rule for some customers goes before the
 * one for all.
 */
export const taxRule = z
  .object({
    id,
    issuer: z.string(),
    country,
    customers: taxedCustomers,
    validFrom: instant,
    /** Id and name stand on the invoice. */
    tax: tax.extend({
      /** Null: the tax ends. */
      percent: percentOrNone.nullable(),
    }),
  })
  .meta({ id: 'TaxRule' });
export type TaxRule = z.infer<typeof taxRule>;
export const taxRulePage = pageOf(taxRule).meta({ id: 'TaxRulePage' });

export const createTaxRule = z
  .strictObject({
    issuer: z.string().max(20),
    country,
    customers: taxedCustomers.default('all'),
    /** To come. */
    validFrom: instant,
    tax: tax.extend({ percent: percentOrNone.nullable() }),
  })
  .meta({ id: 'CreateTaxRule' });
export type CreateTaxRule = z.infer<typeof createTaxRule>;
