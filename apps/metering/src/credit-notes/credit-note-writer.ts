import { canonicalText, creditNoteOf, sha256Of } from '@berth/billing';
import { type CreditNote, type Invoice, invoiceDocument } from '@berth/contracts/metering';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import { CreditNotesRepository } from './credit-notes.repository.js';

/** Writes what takes an invoice back, with the next number of its issuer. */
@Injectable()
export class CreditNoteWriter {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly notes: CreditNotesRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async write(tx: Tx, found: Invoice, reason: string): Promise<CreditNote> {
    const { document: text, sha256, number: invoiceNumber, issuedAt: invoicedAt, organizationId } = found;
    const invoice = { ...invoiceDocument.parse(JSON.parse(text)), number: invoiceNumber, issuedAt: invoicedAt };
    const number = await this.invoices.nextNumber(tx, invoice.issuer);
    const issuedAt = this.clock.now();
    const document = canonicalText(creditNoteOf({ number, issuedAt, reason, invoice, sha256 }));
    const about = { id: this.ids.next(), invoiceId: found.id, organizationId, number, document };
    const note = { ...about, issuedAt: issuedAt.toISOString(), sha256: sha256Of(document) };
    await this.notes.insert(tx, note);
    return note;
  }
}
