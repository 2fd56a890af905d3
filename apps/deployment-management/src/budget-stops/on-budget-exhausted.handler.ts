import { budgetExhausted, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BudgetStops } from './budget-stops.js';

@Controller()
export class OnBudgetExhaustedHandler {
  constructor(private readonly stops: BudgetStops) {}

  @EventPattern<string>(budgetExhausted.type)
  async handle(@Payload() event: EventOf<typeof budgetExhausted>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.stops.stop(tx, event.data);
  }
}
