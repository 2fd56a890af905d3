import { Access, type Caller } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { Organization, OrganizationSearch } from '@berth/contracts/identity';
import { Database, decodeCursor, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { toOrganization } from '../organizations/organization.js';
import { OrganizationLifecycle } from '../organizations/organization-lifecycle.js';
import { OrganizationsRepository } from '../organizations/organizations.repository.js';

/** What administrators of the platform do with organizations. */
@Injectable()
export class OrganizationAdministration {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationLifecycle) private readonly lifecycle: OrganizationLifecycle,
    @Inject(Access) private readonly access: Access,
  ) {}

  async search(caller: Caller, { search, limit, cursor }: OrganizationSearch): Promise<Page<Organization>> {
    this.access.requireOnPlatform(caller, 'organizations:read');
    const rows = await this.organizations.search(this.database, search, decodeCursor(cursor, 'text'), limit + 1);
    return toPage(rows.map(toOrganization), limit, (organization) => organization.slug);
  }

  async suspend(caller: Caller, id: string, reason: string): Promise<void> {
    this.access.requireOnPlatform(caller, 'organizations:suspend');
    await this.database.transaction((tx) => this.lifecycle.suspend(tx, caller, id, reason));
  }

  async resume(caller: Caller, id: string, reason: string): Promise<void> {
    this.access.requireOnPlatform(caller, 'organizations:suspend');
    await this.database.transaction((tx) => this.lifecycle.resume(tx, caller, id, reason));
  }
}
