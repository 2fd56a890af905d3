import { type EventOf, roleDeleted } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationEvents } from './organization-events.js';
import { OrganizationRulesRepository } from './organization-rules.repository.js';

/** Whoever has it has nothing by it any more. */
@Controller()
export class OnRoleDeletedHandler {
  constructor(
    @Inject(OrganizationEvents) private readonly events: OrganizationEvents,
    @Inject(OrganizationRulesRepository) private readonly rules: OrganizationRulesRepository,
  ) {}

  @EventPattern<string>(roleDeleted.type)
  async handle(@Payload() event: EventOf<typeof roleDeleted>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.events.take(event, tx, (id) => this.rules.deleteRole(tx, id, event.data.roleId));
  }
}
