import { acceptedEvent, agreement, priceBookVersion } from '@berth/contracts/metering';
import { z } from 'zod';

/** Everything that an invoice follows from, in one file. */
export const invoiceExport = z.strictObject({
  format: z.literal('berth.invoice-export.v1'),
  /** Canonical text. */
  document: z.string(),
  /** Canonical texts of the invoices that it corrects. */
  corrected: z.array(z.string()),
  priceBooks: z.array(z.strictObject({ id: z.string(), versions: z.array(priceBookVersion) })),
  /** Of the organization; as many as its invoices name. */
  agreements: z.array(agreement).default([]),
  events: z.array(acceptedEvent),
});
export type InvoiceExport = z.infer<typeof invoiceExport>;
