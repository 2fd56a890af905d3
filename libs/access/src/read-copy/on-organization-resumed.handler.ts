import { type EventOf, organizationResumed } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationEvents } from './organization-events.js';
import { OrganizationRulesRepository } from './organization-rules.repository.js';

@Controller()
export class OnOrganizationResumedHandler {
  constructor(
    @Inject(OrganizationEvents) private readonly events: OrganizationEvents,
    @Inject(OrganizationRulesRepository) private readonly rules: OrganizationRulesRepository,
  ) {}

  @EventPattern<string>(organizationResumed.type)
  async handle(@Payload() event: EventOf<typeof organizationResumed>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.events.take(event, tx, (id) => this.rules.suspend(tx, id, false));
  }
}
