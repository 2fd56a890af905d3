import { type EventOf, organizationSnapshot } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildSlots } from './build-slots.js';

@Controller()
export class OnOrganizationSnapshotHandler {
  constructor(@Inject(BuildSlots) private readonly slots: BuildSlots) {}

  @EventPattern<string>(organizationSnapshot.type)
  async handle(@Payload() { data }: EventOf<typeof organizationSnapshot>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.slots.limit(tx, data.organizationId, data.quota.buildsAtOnce);
  }
}
