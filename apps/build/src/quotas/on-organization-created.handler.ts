import { type EventOf, organizationCreated } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildSlots } from './build-slots.js';

@Controller()
export class OnOrganizationCreatedHandler {
  constructor(@Inject(BuildSlots) private readonly slots: BuildSlots) {}

  @EventPattern<string>(organizationCreated.type)
  async handle(@Payload() { data }: EventOf<typeof organizationCreated>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.slots.limit(tx, data.organizationId, data.quota.buildsAtOnce);
  }
}
