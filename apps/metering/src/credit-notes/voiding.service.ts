import { type Caller, notFound } from '@berth/access';
import { canonicalText, creditNoteOf, sha256Of } from '@berth/billing';
import { type CreditNote, type Invoice, invoiceDocument } from '@berth/contracts/metering';
import { Clock, Database, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { InvoiceRecords } from '../invoices/invoice-records.js';
import { notOpen } from '../invoices/invoices.errors.js';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import { CreditNotesRepository } from './credit-notes.repository.js';

/** An invoice counts no more: a credit note with a number of its own takes it back. Its month stays closed. */
@Injectable()
export class VoidingService {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly notes: CreditNotesRepository,
    private readonly records: InvoiceRecords,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @throws DomainError 409 `invoice_not_open` when it is paid or void already */
  void(caller: Caller, invoiceId: string, reason: string): Promise<Invoice> {
    return this.database.transaction(async (tx) => {
      const found = await this.invoices.find(tx, invoiceId);
      if (!found) throw notFound();
      // The issuer before the invoice, as closing locks them.
      const note = await this.write(tx, found, reason);
      if (!(await this.invoices.end(tx, invoiceId, 'void', this.clock.now()))) throw notOpen(found);
      await this.notes.insert(tx, note);
      await this.records.ended(tx, caller, found, { status: 'void', reason, creditNote: note.number });
      return (await this.invoices.find(tx, invoiceId)) ?? found;
    });
  }

  private async write(tx: Tx, found: Invoice, reason: string): Promise<CreditNote> {
    const { document: text, sha256, number: invoiceNumber, issuedAt: invoicedAt, organizationId } = found;
    const invoice = { ...invoiceDocument.parse(JSON.parse(text)), number: invoiceNumber, issuedAt: invoicedAt };
    const number = await this.invoices.nextNumber(tx, invoice.issuer);
    const issuedAt = this.clock.now();
    const document = canonicalText(creditNoteOf({ number, issuedAt, reason, invoice, sha256 }));
    const about = { id: this.ids.next(), invoiceId: found.id, organizationId, number, document };
    return { ...about, issuedAt: issuedAt.toISOString(), sha256: sha256Of(document) };
  }
}
