import { type EventOf, organizationSecurityChanged } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationEvents } from './organization-events.js';
import { OrganizationRulesRepository } from './organization-rules.repository.js';

@Controller()
export class OnOrganizationSecurityChangedHandler {
  constructor(
    @Inject(OrganizationEvents) private readonly events: OrganizationEvents,
    @Inject(OrganizationRulesRepository) private readonly rules: OrganizationRulesRepository,
  ) {}

  @EventPattern<string>(organizationSecurityChanged.type)
  async handle(
    @Payload() event: EventOf<typeof organizationSecurityChanged>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.events.take(event, tx, (id) => this.rules.requireSecondFactor(tx, id, event.data.secondFactorRequired));
  }
}
