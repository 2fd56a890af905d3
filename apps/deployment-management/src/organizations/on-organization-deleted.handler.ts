import { type EventOf, organizationDeleted } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationWorkloads } from './organization-workloads.js';

@Controller()
export class OnOrganizationDeletedHandler {
  constructor(private readonly workloads: OrganizationWorkloads) {}

  @EventPattern<string>(organizationDeleted.type)
  async handle(@Payload() event: EventOf<typeof organizationDeleted>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.workloads.delete(tx, event.data.organizationId);
  }
}
