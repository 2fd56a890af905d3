import { type Caller, notFound } from '@berth/access';
import { documentOf } from '@berth/billing';
import type { Invoice, InvoiceDocument } from '@berth/contracts/metering';
import { Clock, Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { InvoiceDrafts, openPeriod } from './invoice-drafts.js';
import { InvoiceRecords } from './invoice-records.js';
import { invoiceErrors, notOpen } from './invoices.errors.js';
import { InvoicesRepository } from './invoices.repository.js';
import { lookBackOn } from './look-back.js';

@Injectable()
export class InvoicesService {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly drafts: InvoiceDrafts,
    private readonly database: Database,
    private readonly records: InvoiceRecords,
    private readonly clock: Clock,
  ) {}

  async find(id: string): Promise<Invoice> {
    const found = await this.invoices.find(this.database, id);
    if (!found) throw notFound();
    return found;
  }

  /** What the open period costs so far. */
  preview(organizationId: string): Promise<InvoiceDocument> {
    return this.database.transaction(async (tx) => {
      // Spans and sums must be of one moment: usage that comes in between would look as if it were lost.
      await tx.query('set transaction isolation level repeatable read');
      const account = await this.accounts.find(tx, organizationId);
      if (!account) throw invoiceErrors.InvoiceNotFound('The organization has used nothing yet.');
      const back = lookBackOn(account, await this.accounts.lateSince(tx, organizationId));
      const late = await this.drafts.late(tx, organizationId, back);
      const input = await this.drafts.credited(
        tx,
        await this.drafts.of(tx, account, openPeriod(account), this.clock.now()),
      );
      return documentOf({ ...input, corrections: late.map(({ usage }) => usage) });
    });
  }

  /** What was due was received another way than by a payment provider. @throws DomainError 409 `invoice_not_open` when it is paid or void already */
  async pay(caller: Caller, id: string, reason: string): Promise<Invoice> {
    await this.database.transaction(async (tx) => {
      const found = await this.invoices.find(tx, id);
      if (!found) throw notFound();
      if (!(await this.invoices.end(tx, id, 'pay', this.clock.now()))) throw notOpen(found);
      await this.records.ended(tx, caller, found, { status: 'paid', reason });
    });
    return this.find(id);
  }
}
