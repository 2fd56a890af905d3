import { budgetExhausted, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { exhaustedLetter } from './budget-letters.js';
import { BillingReaders } from './billing-readers.js';

@Controller()
export class OnBudgetExhaustedHandler {
  constructor(@Inject(BillingReaders) private readonly readers: BillingReaders) {}

  @EventPattern<string>(budgetExhausted.type)
  async handle(@Payload() { data }: EventOf<typeof budgetExhausted>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.readers.tell(tx, data.organizationId, (organization) => exhaustedLetter(organization, data));
  }
}
