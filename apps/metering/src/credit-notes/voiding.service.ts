import { type Caller, notFound } from '@berth/access';
import type { Invoice } from '@berth/contracts/metering';
import { Clock, Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { InvoiceRecords } from '../invoices/invoice-records.js';
import { notOpen } from '../invoices/invoices.errors.js';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import { CreditNoteWriter } from './credit-note-writer.js';
import { VoidedCorrections } from './voided-corrections.js';

/** An invoice counts no more: a credit note with a number of its own takes it back. Its month stays closed. */
@Injectable()
export class VoidingService {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly notes: CreditNoteWriter,
    private readonly corrections: VoidedCorrections,
    private readonly records: InvoiceRecords,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError 409 `invoice_not_open` when it is paid or void already */
  void(caller: Caller, invoiceId: string, reason: string): Promise<Invoice> {
    return this.database.transaction(async (tx) => {
      const found = await this.invoices.find(tx, invoiceId);
      if (!found) throw notFound();
      await this.corrections.lock(tx, found.organizationId);
      if (!(await this.invoices.end(tx, invoiceId, 'void', this.clock.now()))) throw notOpen(found);
      const { number: creditNote } = await this.notes.write(tx, found, reason);
      await this.corrections.takeBack(tx, found);
      await this.records.ended(tx, caller, found, { status: 'void', reason, creditNote });
      return (await this.invoices.find(tx, invoiceId)) ?? found;
    });
  }
}
