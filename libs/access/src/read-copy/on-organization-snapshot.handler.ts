import { type EventOf, organizationSnapshot } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** Replaces all that is known of an organization: feeds a new consumer, repairs one that missed something. */
@Controller()
export class OnOrganizationSnapshotHandler {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(organizationSnapshot.type)
  async handle(@Payload() event: EventOf<typeof organizationSnapshot>, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId, quota, memberships } = event.data;
    if ((await this.organizations.advance(tx, organizationId, event, true)) !== 'apply') return;
    await this.organizations.setQuota(tx, organizationId, quota);
    await this.organizations.replaceGrants(tx, organizationId, memberships);
    this.cache.organizationChanged(tx, organizationId);
  }
}
