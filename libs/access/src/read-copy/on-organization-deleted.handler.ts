import { type EventOf, organizationDeleted } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationEvents } from './organization-events.js';
import { OrganizationRulesRepository } from './organization-rules.repository.js';

/** No snapshot follows it, so nothing that was lost before it can hold it up. */
@Controller()
export class OnOrganizationDeletedHandler {
  constructor(
    @Inject(OrganizationEvents) private readonly events: OrganizationEvents,
    @Inject(OrganizationRulesRepository) private readonly rules: OrganizationRulesRepository,
  ) {}

  @EventPattern<string>(organizationDeleted.type)
  async handle(@Payload() event: EventOf<typeof organizationDeleted>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.events.take(event, tx, (id) => this.rules.forget(tx, id), true);
  }
}
