import { type EventOf, invoiceVoided } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BillingReaders } from './billing-readers.js';
import { voidedLetter } from './invoice-letters.js';

@Controller()
export class OnInvoiceVoidedHandler {
  constructor(@Inject(BillingReaders) private readonly readers: BillingReaders) {}

  @EventPattern<string>(invoiceVoided.type)
  async handle(@Payload() { data }: EventOf<typeof invoiceVoided>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.readers.tell(tx, data.organizationId, (organization) => voidedLetter(organization, data));
  }
}
