import { z } from 'zod';
import { decimal, id, instant, reasonGiven } from '../../common/values.js';
import { correction, invoiceDocument, invoiceLine } from './invoices.js';
import { period } from './usage.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const {
  number: _,
  issuedAt: __,
  payUntil: ___,
  ...shared
} = invoiceDocument.pick({
  ...{ number: true, issuedAt: true, payUntil: true },
  ...{ issuer: true, organizationId: true, seller: true, buyer: true, period: true, currency: true, taxes: true },
}).shape;

/** What takes an invoice back, line by line: each amount is the negative of the invoice's. Its canonical text never changes. */
export const creditNoteDocument = z
  .object({
    /** Of the same series as the issuer's invoices. */
    number: z.string(),
    issuedAt: instant,
    reason: z.string(),
    /** What is taken back. `sha256`: of its canonical text. */
    invoice: z.object({ number: z.string(), month: period, issuedAt: instant, sha256 }),
    ...shared,
    lines: z.array(
      invoiceLine
        .pick({ kind: true, id: true, name: true, version: true, agreement: true, from: true, to: true })
        .extend({
          amount: decimal,
        }),
    ),
    corrections: z.array(correction.pick({ invoice: true, month: true, lines: true, total: true })),
    totals: invoiceDocument.shape.totals,
    codeVersion: z.string(),
  })
  .meta({ id: 'CreditNoteDocument' });
export type CreditNoteDocument = z.infer<typeof creditNoteDocument>;

export const creditNote = z
  .object({
    id,
    invoiceId: id,
    organizationId: id,
    number: z.string(),
    issuedAt: instant,
    /** The canonical text, and the hash of its bytes. */
    document: z.string(),
    sha256,
  })
  .meta({ id: 'CreditNote' });
export type CreditNote = z.infer<typeof creditNote>;

export const voidInvoice = z.strictObject({ reason: reasonGiven }).meta({ id: 'VoidInvoice' });
export type VoidInvoice = z.infer<typeof voidInvoice>;
