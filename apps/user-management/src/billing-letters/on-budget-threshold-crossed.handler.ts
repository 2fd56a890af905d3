import { budgetThresholdCrossed, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { thresholdLetter } from './budget-letters.js';
import { BillingReaders } from './billing-readers.js';

@Controller()
export class OnBudgetThresholdCrossedHandler {
  constructor(@Inject(BillingReaders) private readonly readers: BillingReaders) {}

  @EventPattern<string>(budgetThresholdCrossed.type)
  async handle(
    @Payload() { data }: EventOf<typeof budgetThresholdCrossed>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.readers.tell(tx, data.organizationId, (organization) => thresholdLetter(organization, data));
  }
}
