import { budgetCleared, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { clearedLetter } from './budget-letters.js';
import { BillingReaders } from './billing-readers.js';

@Controller()
export class OnBudgetClearedHandler {
  constructor(@Inject(BillingReaders) private readonly readers: BillingReaders) {}

  @EventPattern<string>(budgetCleared.type)
  async handle(@Payload() { data }: EventOf<typeof budgetCleared>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.readers.tell(tx, data.organizationId, (organization) => clearedLetter(organization, data));
  }
}
