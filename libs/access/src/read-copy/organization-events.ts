import type { CloudEvent } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { AccessCache } from './access-cache.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** Takes events of organizations in the order of their versions, and tells every replica. */
@Injectable()
export class OrganizationEvents {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  /**
   * `effect` runs if the event is the next one; otherwise it is known already, or a snapshot has to come.
   * `whole`: the event leaves nothing open that an earlier one may have said.
   */
  async take(
    event: CloudEvent<{ readonly organizationId: string }>,
    tx: Tx,
    effect: (organizationId: string) => Promise<void>,
    whole = false,
  ): Promise<void> {
    const { organizationId } = event.data;
    const verdict = await this.organizations.advance(tx, organizationId, event, whole);
    if (verdict === 'apply') await effect(organizationId);
    this.cache.organizationChanged(tx, organizationId);
  }
}
