import type { Invoice, Payment } from '@berth/contracts/metering';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import { PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.js';
import { PaymentsRepository } from './payments.repository.js';

/** Writes down that an invoice is to be paid; the provider is asked afterwards. */
@Injectable()
export class PaymentRequests {
  constructor(
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider | null,
    private readonly payments: PaymentsRepository,
    private readonly invoices: InvoicesRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** The first attempt of an invoice that was issued. Nothing without a provider, or when nothing is due. */
  async first(tx: Tx, invoiceId: string): Promise<void> {
    const invoice = await this.invoices.find(tx, invoiceId);
    if (invoice && this.provider && isDue(invoice)) await this.insert(tx, invoice, 1, this.provider.name);
  }

  /** Looks at the open attempt now, or makes the next one. */
  async next(tx: Tx, invoice: Invoice, provider: Payment['provider']): Promise<void> {
    await this.payments.lookNow(tx, { invoiceId: invoice.id }, this.clock.now());
    const newest = await this.payments.newest(tx, invoice.id);
    await this.insert(tx, invoice, (newest?.attempt ?? 0) + 1, provider);
  }

  private async insert(tx: Tx, invoice: Invoice, attempt: number, provider: Payment['provider']): Promise<void> {
    const { id: invoiceId, organizationId, due: amount, currency } = invoice;
    const [id, now] = [this.ids.next(), this.clock.now()];
    const about = { id, invoiceId, organizationId, attempt, provider, amount, currency };
    await this.payments.insert(tx, { ...about, askedAt: now, dueAt: now });
  }
}

export const isDue = ({ due, status }: Pick<Invoice, 'due' | 'status'>): boolean =>
  status === 'issued' && !due.startsWith('-') && /[1-9]/.test(due);
