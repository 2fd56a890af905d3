import { type EventOf, organizationSnapshot } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { OrganizationRulesRepository } from './organization-rules.repository.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** Replaces all that is known of an organization: feeds a new consumer, repairs one that missed something. */
@Controller()
export class OnOrganizationSnapshotHandler {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationRulesRepository) private readonly rules: OrganizationRulesRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(organizationSnapshot.type)
  async handle(@Payload() event: EventOf<typeof organizationSnapshot>, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId, quota, memberships, roles = [], groups = [] } = event.data;
    if ((await this.organizations.advance(tx, organizationId, event, true)) !== 'apply') return;
    await this.organizations.setQuota(tx, organizationId, quota);
    await this.rules.forget(tx, organizationId);
    await this.rules.suspend(tx, organizationId, event.data.status === 'suspended');
    await this.rules.requireSecondFactor(tx, organizationId, event.data.secondFactorRequired ?? false);
    await this.organizations.replaceGrants(tx, organizationId, memberships);
    for (const role of roles) await this.rules.setRole(tx, role);
    for (const group of groups) await this.rules.setGroup(tx, group);
    this.cache.organizationChanged(tx, organizationId);
  }
}
