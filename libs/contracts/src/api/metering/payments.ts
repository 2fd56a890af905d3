import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { currency, decimal, id, instant, reasonGiven } from '../../common/values.js';

/**
 * `asked`: the provider has not confirmed yet that it was asked. `pending`: it has, and nobody has paid. `withdrawn`: the
 * invoice ended otherwise before anybody did.
 */
export const paymentState = z.enum(['asked', 'pending', 'paid', 'failed', 'withdrawn']);
export type PaymentState = z.infer<typeof paymentState>;

/** One attempt to be paid what an invoice says, by way of a payment provider. */
export const payment = z
  .object({
    id,
    invoiceId: id,
    /** Of the invoice. */
    number: z.string(),
    organizationId: id,
    attempt: z.int().positive(),
    provider: z.enum(['file', 'stripe']),
    amount: decimal,
    currency,
    state: paymentState,
    /** The provider's own name for it; null as long as it has none. */
    reference: z.string().nullable(),
    /** Where to pay: a page of the provider, which alone sees cards. */
    payAt: z.string().nullable(),
    /** Why it failed, or why the last look at it did; null when nothing did. */
    failure: z.string().nullable(),
    /** Paid though the invoice had ended already: it is to be paid back. */
    isSurplus: z.boolean(),
    askedAt: instant,
    endedAt: instant.nullable(),
    /** When the provider is asked next; null when never. */
    nextLookAt: instant.nullable(),
  })
  .meta({ id: 'Payment' });
export type Payment = z.infer<typeof payment>;
export const paymentPage = pageOf(payment).meta({ id: 'PaymentPage' });

export const paymentQuery = pageQuery.extend({ organization: id, invoice: id.optional() });
export type PaymentQuery = z.infer<typeof paymentQuery>;

export const createPayment = z.strictObject({ invoiceId: id }).meta({ id: 'CreatePayment' });
export type CreatePayment = z.infer<typeof createPayment>;

/** What a provider tells, in its own shape. */
export const paymentNotification = z.looseObject({}).meta({ id: 'PaymentNotification' });

/** Money that came another way: by bank transfer, say. */
export const payInvoice = z.strictObject({ reason: reasonGiven }).meta({ id: 'PayInvoice' });
export type PayInvoice = z.infer<typeof payInvoice>;
