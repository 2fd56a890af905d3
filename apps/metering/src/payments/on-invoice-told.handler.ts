import { invoiceIssued, invoicePaid, invoiceVoided, type CloudEvent, type InvoiceFact } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Clock } from '@berth/service-kit';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { PaymentRequests } from './payment-requests.js';
import { PaymentsRepository } from './payments.repository.js';

type Told = CloudEvent & { readonly data: InvoiceFact };

/** What was issued is to be paid; what has ended is not to be paid any more. */
@Controller()
export class OnInvoiceToldHandler {
  constructor(
    private readonly requests: PaymentRequests,
    private readonly payments: PaymentsRepository,
    private readonly clock: Clock,
  ) {}

  @EventPattern<readonly string[]>([invoiceIssued.type])
  async issued(@Payload() { data }: Told, @Ctx() { tx }: EventContext): Promise<void> {
    await this.requests.first(tx, data.invoiceId);
  }

  @EventPattern<readonly string[]>([invoicePaid.type, invoiceVoided.type])
  async ended(@Payload() { data }: Told, @Ctx() { tx }: EventContext): Promise<void> {
    await this.payments.lookNow(tx, { invoiceId: data.invoiceId }, this.clock.now());
  }
}
