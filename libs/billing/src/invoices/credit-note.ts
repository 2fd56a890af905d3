import type { CreditNoteDocument, InvoiceDocument } from '@berth/contracts/metering';
import { codeVersion } from '../version.js';

export interface CreditNoteInput {
  readonly number: string;
  readonly issuedAt: Date;
  readonly reason: string;
  /** What is taken back, and the hash of its canonical text. */
  readonly invoice: InvoiceDocument & { readonly number: string; readonly issuedAt: string };
  readonly sha256: string;
}

/** The negative of an invoice: both together are nothing, line by line. */
export function creditNoteOf({ number, issuedAt, reason, invoice, sha256 }: CreditNoteInput): CreditNoteDocument {
  const { issuer, organizationId, seller, buyer, period, currency, taxes, totals } = invoice;
  return {
    ...{ number, issuedAt: issuedAt.toISOString(), reason },
    invoice: { number: invoice.number, month: period.month, issuedAt: invoice.issuedAt, sha256 },
    ...{ issuer, organizationId, period, currency, taxes },
    ...(seller && { seller }),
    ...(buyer && { buyer }),
    lines: invoice.lines.map(({ usage: _, apps: __, ...line }) => negated(line)),
    corrections: invoice.corrections.map(({ cuts: _, lines, total, ...each }) => ({
      ...{ ...each, lines: lines.map(negated), total: negative(total) },
    })),
    totals: {
      ...{ net: negative(totals.net), tax: negative(totals.tax), credited: negative(totals.credited) },
      ...{ corrected: negative(totals.corrected), due: negative(totals.due) },
    },
    codeVersion,
  };
}

const negated = <Line extends { readonly amount: string }>(line: Line): Line => ({
  ...line,
  amount: negative(line.amount),
});

/** Nothing has no sign. */
function negative(amount: string): string {
  if (!/[1-9]/.test(amount)) return amount;
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}
