import { type EventOf, organizationSnapshot } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { OrganizationWorkloads } from './organization-workloads.js';

/** It may say that the organization was suspended or resumed, which nobody here heard of. */
@Controller()
export class OnOrganizationSnapshotHandler {
  constructor(private readonly workloads: OrganizationWorkloads) {}

  @EventPattern<string>(organizationSnapshot.type)
  async handle(@Payload() event: EventOf<typeof organizationSnapshot>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.workloads.lookAnew(tx, event.data.organizationId);
  }
}
