import { type EventOf, organizationCreated } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** Its owner comes with the membership.granted that follows. */
@Controller()
export class OnOrganizationCreatedHandler {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(organizationCreated.type)
  async handle(@Payload() event: EventOf<typeof organizationCreated>, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId, quota } = event.data;
    const verdict = await this.organizations.advance(tx, organizationId, event);
    if (verdict === 'apply') await this.organizations.setQuota(tx, organizationId, quota);
    this.cache.organizationChanged(tx, organizationId);
  }
}
