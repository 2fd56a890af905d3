import { type EventOf, organizationResumed } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationWorkloads } from './organization-workloads.js';

@Controller()
export class OnOrganizationResumedHandler {
  constructor(private readonly workloads: OrganizationWorkloads) {}

  @EventPattern<string>(organizationResumed.type)
  async handle(@Payload() event: EventOf<typeof organizationResumed>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.workloads.lookAnew(tx, event.data.organizationId);
  }
}
