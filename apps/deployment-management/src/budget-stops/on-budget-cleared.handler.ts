import { budgetCleared, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BudgetStops } from './budget-stops.js';

@Controller()
export class OnBudgetClearedHandler {
  constructor(private readonly stops: BudgetStops) {}

  @EventPattern<string>(budgetCleared.type)
  async handle(@Payload() event: EventOf<typeof budgetCleared>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.stops.clear(tx, event.data);
  }
}
