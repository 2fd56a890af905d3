import { Audit, type Caller } from '@berth/access';
import type { Invoice, Payment } from '@berth/contracts/metering';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { notOpen } from '../invoices/invoices.errors.js';
import { type Notification, PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.js';
import { isDue, PaymentRequests } from './payment-requests.js';
import { paymentErrors } from './payments.errors.js';
import { PaymentsRepository } from './payments.repository.js';

@Injectable()
export class PaymentsService {
  constructor(
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider | null,
    private readonly payments: PaymentsRepository,
    private readonly requests: PaymentRequests,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError 409 `invoice_not_open`, `nothing_due` or `payments_not_configured` */
  ask(caller: Caller, invoice: Invoice): Promise<Payment> {
    const { name } = this.configured();
    if (invoice.status !== 'issued') throw notOpen(invoice);
    if (!isDue(invoice)) throw paymentErrors.NothingDue('There is nothing to pay.');
    return this.database.transaction(async (tx) => {
      await this.requests.next(tx, invoice, name);
      const payment = await this.payments.newest(tx, invoice.id);
      if (!payment) throw new Error(`invoice ${invoice.id} has no payment after one was asked for`);
      const { id: invoiceId, organizationId, number } = invoice;
      const target = { kind: 'invoice', id: invoiceId };
      const detail = { number, attempt: payment.attempt };
      await this.audit.record(tx, { by: caller, action: 'payments:create', target, organizationId, detail });
      return payment;
    });
  }

  /** @throws DomainError 401 `notification_not_signed` */
  async hear(notification: Notification): Promise<void> {
    const reference = this.configured().hear(notification, this.clock.now());
    if (reference === null) return;
    await this.database.transaction((tx) => this.payments.lookNow(tx, { reference }, this.clock.now()));
  }

  private configured(): PaymentProvider {
    if (this.provider) return this.provider;
    throw paymentErrors.PaymentsNotConfigured('The platform has no payment provider: pay as the invoice says.');
  }
}
