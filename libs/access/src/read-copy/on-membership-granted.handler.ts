import { type EventOf, membershipGranted } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { OrganizationsRepository } from './organizations.repository.js';

@Controller()
export class OnMembershipGrantedHandler {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(membershipGranted.type)
  async handle(@Payload() event: EventOf<typeof membershipGranted>, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId } = event.data;
    const verdict = await this.organizations.advance(tx, organizationId, event);
    if (verdict === 'apply') await this.organizations.grant(tx, event.data);
    this.cache.organizationChanged(tx, organizationId);
  }
}
