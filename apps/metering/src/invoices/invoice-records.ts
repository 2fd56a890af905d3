import { Audit, type Caller, changedFrom } from '@berth/access';
import { invoicePaid, invoiceVoided } from '@berth/contracts/events';
import type { Invoice } from '@berth/contracts/metering';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { invoiceEnds } from './invoice-state.js';

export type InvoiceEnded =
  | { readonly status: 'paid'; readonly reason: string }
  | { readonly status: 'paid'; readonly provider: string; readonly reference: string | null }
  | { readonly status: 'void'; readonly reason: string; readonly creditNote: string };

/** What the end of an invoice leaves behind: an event for others and an audit entry. */
@Injectable()
export class InvoiceRecords {
  constructor(
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  async ended(tx: Tx, by: Caller | 'platform', invoice: Invoice, end: InvoiceEnded): Promise<void> {
    const { id, organizationId, number, month, currency, due, sha256 } = invoice;
    const creditNote = end.status === 'void' && { creditNote: end.creditNote };
    const data = { invoiceId: id, organizationId, number, month, currency, due, sha256, ...creditNote };
    const fact = end.status === 'paid' ? invoicePaid : invoiceVoided;
    await this.outbox.append(tx, fact, { subject: id, organizationId, data });
    const target = { kind: 'invoice', id };
    const { from } = invoiceEnds[end.status === 'paid' ? 'pay' : 'void'];
    const change = changedFrom({ status: from }, { status: end.status });
    await this.audit.record(tx, {
      ...{ by, action: 'invoices:update', target, organizationId, detail: { number, ...end }, change },
    });
  }
}
