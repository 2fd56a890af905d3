import { type EventOf, invoiceIssued } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BillingReaders } from './billing-readers.js';
import { issuedLetter } from './invoice-letters.js';

@Controller()
export class OnInvoiceIssuedHandler {
  constructor(@Inject(BillingReaders) private readonly readers: BillingReaders) {}

  @EventPattern<string>(invoiceIssued.type)
  async handle(@Payload() { data }: EventOf<typeof invoiceIssued>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.readers.tell(tx, data.organizationId, (organization) => issuedLetter(organization, data));
  }
}
