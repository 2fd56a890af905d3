import { type EventOf, organizationQuotaChanged } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildSlots } from './build-slots.js';

@Controller()
export class OnOrganizationQuotaChangedHandler {
  constructor(@Inject(BuildSlots) private readonly slots: BuildSlots) {}

  @EventPattern<string>(organizationQuotaChanged.type)
  async handle(
    @Payload() { data }: EventOf<typeof organizationQuotaChanged>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.slots.limit(tx, data.organizationId, data.quota.buildsAtOnce);
  }
}
