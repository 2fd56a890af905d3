import type { CreditNoteDocument } from '@berth/contracts/metering';
import { corrections, day, isCharge, money, parties, totals, whenOf, type Writer } from './invoice-pdf.js';
import { ink, Paper } from './pdf-paper.js';

/** A credit note on paper. */
export function creditNotePdf(told: CreditNoteDocument, sha256: string): Promise<Buffer> {
  const paper = new Paper(`Credit note ${told.number}`, told.seller?.name ?? told.issuer, new Date(told.issuedAt));
  writeCreditNote(paper, told);
  return paper.done((page, pages) => [
    `${told.seller?.name ?? told.issuer}   Credit note ${told.number}   Page ${page} of ${pages}`,
    `SHA-256 of the document: ${sha256}`,
    `SHA-256 of invoice ${told.invoice.number}: ${told.invoice.sha256}`,
  ]);
}

export function writeCreditNote(paper: Writer, told: CreditNoteDocument): void {
  const { period, currency, invoice } = told;
  const zone = period.timeZone;
  paper.text('Credit note', { size: 26, bold: true });
  paper.text(told.number, { size: 11, color: ink.accent });
  paper.text(`For invoice ${invoice.number} of ${day(invoice.issuedAt, zone)}, which is void`, { bold: true });
  paper.text(`Reason: ${told.reason}`);
  paper.space(16);
  parties(paper, told);
  paper.table(
    [
      { title: 'What', part: 0.5 },
      { title: 'Period', part: 0.3 },
      { title: 'Amount', part: 0.2, align: 'right' },
    ],
    told.lines.filter(isCharge).map((line) => [line.name, whenOf(period, line), `${money(line.amount)} ${currency}`]),
  );
  corrections(paper, told);
  totals(paper, told, 'Taken back');
}
