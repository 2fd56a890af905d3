import { type EventOf, organizationDeleted } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationEnd } from './organization-end.js';

@Controller()
export class OnOrganizationDeletedHandler {
  constructor(private readonly organization: OrganizationEnd) {}

  @EventPattern<string>(organizationDeleted.type)
  async handle(@Payload() event: EventOf<typeof organizationDeleted>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.organization.end(tx, event.data.organizationId);
  }
}
