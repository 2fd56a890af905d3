import { type EventOf, membershipChanged } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { OrganizationsRepository } from './organizations.repository.js';

@Controller()
export class OnMembershipChangedHandler {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(membershipChanged.type)
  async handle(@Payload() event: EventOf<typeof membershipChanged>, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId } = event.data;
    const verdict = await this.organizations.advance(tx, organizationId, event);
    if (verdict === 'apply') await this.organizations.grant(tx, event.data);
    this.cache.organizationChanged(tx, organizationId);
  }
}
