import { Access, type AccessVersion, type Caller, notFound } from '@berth/access';
import type { Quota } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { OrganizationsRepository } from '../organizations/organizations.repository.js';

/** What organizations may use. Kept here, enforced by the owners of what is counted. */
@Injectable()
export class QuotasService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Access) private readonly access: Access,
  ) {}

  async get(caller: Caller, organizationId: string): Promise<Quota> {
    const quota = await this.organizations.quota(this.database, organizationId);
    if (!quota) throw notFound();
    await this.access.require(caller, 'quotas:read', { organizationId });
    return quota;
  }

  async put(caller: Caller, organizationId: string, quota: Quota): Promise<AccessVersion> {
    await this.get(caller, organizationId);
    await this.access.require(caller, 'quotas:update', { organizationId });
    return this.database.transaction(async (tx) => {
      const former = await this.organizations.quota(tx, organizationId, 'for update');
      if (!former) throw notFound();
      await this.organizations.setQuota(tx, organizationId, quota);
      return this.changes.quotaChanged(tx, caller, organizationId, { former, quota });
    });
  }
}
