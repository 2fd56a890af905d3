import { type EventOf, groupChanged } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationEvents } from './organization-events.js';
import { OrganizationRulesRepository } from './organization-rules.repository.js';

@Controller()
export class OnGroupChangedHandler {
  constructor(
    @Inject(OrganizationEvents) private readonly events: OrganizationEvents,
    @Inject(OrganizationRulesRepository) private readonly rules: OrganizationRulesRepository,
  ) {}

  @EventPattern<string>(groupChanged.type)
  async handle(@Payload() event: EventOf<typeof groupChanged>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.events.take(event, tx, () => this.rules.setGroup(tx, event.data));
  }
}
