import { budgetThresholdCrossed, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { thresholdLetter } from './budget-letters.js';
import { BudgetReaders } from './budget-readers.js';

@Controller()
export class OnBudgetThresholdCrossedHandler {
  constructor(@Inject(BudgetReaders) private readonly readers: BudgetReaders) {}

  @EventPattern<string>(budgetThresholdCrossed.type)
  async handle(
    @Payload() { data }: EventOf<typeof budgetThresholdCrossed>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.readers.tell(tx, data.organizationId, (organization) => thresholdLetter(organization, data));
  }
}
