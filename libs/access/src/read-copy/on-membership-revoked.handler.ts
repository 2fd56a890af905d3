import { type EventOf, membershipRevoked } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** Deleting is safe in any order, so a gap does not delay it. */
@Controller()
export class OnMembershipRevokedHandler {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(membershipRevoked.type)
  async handle(@Payload() event: EventOf<typeof membershipRevoked>, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId } = event.data;
    const verdict = await this.organizations.advance(tx, organizationId, event);
    if (verdict !== 'skip') await this.organizations.revoke(tx, event.data);
    this.cache.organizationChanged(tx, organizationId);
  }
}
