import { acceptedEvent, agreement, priceBookVersion } from '@berth/contracts/metering';
import { z } from 'zod';
import { NewerRules, requireKnownRules } from './rules.js';

const FORMAT = 'berth.invoice-export.v1';

/** Everything that an invoice follows from, in one file. */
export const invoiceExport = z.strictObject({
  format: z.literal(FORMAT),
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

/** As much of a file as every version of it has. */
const outline = z.object({ format: z.string().regex(/^berth\.invoice-export\.v[0-9]+$/), document: z.string() });
const documentOutline = z.object({ number: z.string().nullable(), codeVersion: z.string() });

/**
 * What the text of a file says.
 * @throws NewerRules when a later version of the platform wrote it, whose shapes may be others
 * @throws SyntaxError, ZodError, ExportIncomplete when it is no export
 */
export function exportIn(text: string): InvoiceExport {
  const value: unknown = JSON.parse(text);
  const { format, document } = outline.parse(value);
  requireKnownRules(documentOutline.parse(JSON.parse(document)));
  if (format !== FORMAT) throw new NewerRules(`A newer Berth wrote it: its format is ${format}, known is ${FORMAT}.`);
  return invoiceExport.parse(value);
}
