import { type EventOf, organizationSuspended } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationWorkloads } from './organization-workloads.js';

@Controller()
export class OnOrganizationSuspendedHandler {
  constructor(private readonly workloads: OrganizationWorkloads) {}

  @EventPattern<string>(organizationSuspended.type)
  async handle(@Payload() event: EventOf<typeof organizationSuspended>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.workloads.lookAnew(tx, event.data.organizationId);
  }
}
