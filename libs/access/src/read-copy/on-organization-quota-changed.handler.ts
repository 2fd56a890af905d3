import { type EventOf, organizationQuotaChanged } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { OrganizationsRepository } from './organizations.repository.js';

@Controller()
export class OnOrganizationQuotaChangedHandler {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(organizationQuotaChanged.type)
  async handle(@Payload() event: EventOf<typeof organizationQuotaChanged>, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId } = event.data;
    const verdict = await this.organizations.advance(tx, organizationId, event);
    if (verdict === 'apply') await this.organizations.setQuota(tx, organizationId, event.data.quota);
    this.cache.organizationChanged(tx, organizationId);
  }
}
