import { type EventOf, organizationSuspended } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationEvents } from './organization-events.js';
import { OrganizationRulesRepository } from './organization-rules.repository.js';

@Controller()
export class OnOrganizationSuspendedHandler {
  constructor(
    @Inject(OrganizationEvents) private readonly events: OrganizationEvents,
    @Inject(OrganizationRulesRepository) private readonly rules: OrganizationRulesRepository,
  ) {}

  @EventPattern<string>(organizationSuspended.type)
  async handle(@Payload() event: EventOf<typeof organizationSuspended>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.events.take(event, tx, (id) => this.rules.suspend(tx, id, true));
  }
}
