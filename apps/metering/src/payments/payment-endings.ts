import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { InvoiceRecords } from '../invoices/invoice-records.js';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import type { Step } from './payment-step.js';
import { type Claimed, PaymentsRepository } from './payments.repository.js';

/** What a look at a payment leaves behind; the caller holds the payment. */
@Injectable()
export class PaymentEndings {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly invoices: InvoicesRepository,
    private readonly records: InvoiceRecords,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async take(tx: Tx, payment: Claimed, step: Step): Promise<void> {
    if (step.kind === 'wait') return this.payments.wait(tx, payment.id, { ...step, dueAt: this.in(step.seconds) });
    const isSurplus = step.state === 'paid' && !(await this.settle(tx, payment, step.reference));
    const failure = step.state === 'failed' ? step.failure : null;
    const end = { state: step.state, reference: step.reference, failure, isSurplus };
    await this.payments.end(tx, payment.id, end, this.clock.now());
    if (step.state === 'failed' && step.retrySeconds !== null) await this.retry(tx, payment, step.retrySeconds);
  }

  /** False when the invoice had ended before. */
  private async settle(tx: Tx, { invoiceId, provider }: Claimed, reference: string | null): Promise<boolean> {
    const isEnded = await this.invoices.end(tx, invoiceId, 'pay', this.clock.now());
    const invoice = await this.invoices.find(tx, invoiceId);
    if (isEnded && invoice) await this.records.ended(tx, 'platform', invoice, { status: 'paid', provider, reference });
    return isEnded;
  }

  private async retry(tx: Tx, payment: Claimed, seconds: number): Promise<void> {
    const { invoiceId, organizationId, provider, amount, currency } = payment;
    const again = {
      id: this.ids.next(),
      attempt: payment.attempt + 1,
      askedAt: this.clock.now(),
      dueAt: this.in(seconds),
    };
    await this.payments.insert(tx, { invoiceId, organizationId, provider, amount, currency, ...again });
  }

  private in(seconds: number): Date {
    return new Date(this.clock.now().getTime() + seconds * 1_000);
  }
}
