import { Access, type Caller, notFound } from '@berth/access';
import type { OrganizationDeletion } from '@berth/contracts/identity';
import { Clock, CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import type { OrganizationRecord } from './organization.js';
import { OrganizationLifecycle } from './organization-lifecycle.js';
import { organizationErrors } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';

const DAY_SECONDS = 86_400;

/** What owners do who want their organization to end. */
@Injectable()
export class OrganizationDeletions {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationLifecycle) private readonly lifecycle: OrganizationLifecycle,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws DomainError 422 `organization_slug_wrong`, 409 `organization_deleted_already` */
  async begin(caller: Caller, id: string, slug: string): Promise<OrganizationDeletion> {
    const organization = await this.requireOwner(caller, id);
    if (organization.slug !== slug)
      throw organizationErrors.OrganizationSlugWrong('is not the name of this organization', { pointer: '/slug' });
    const seconds = Math.round(this.config.ORGANIZATION_GRACE_DAYS * DAY_SECONDS);
    const at = new Date(this.clock.now().getTime() + seconds * 1_000);
    await this.database.transaction((tx) => this.lifecycle.beginDeletion(tx, caller, id, at, seconds));
    return { deletedAt: at.toISOString() };
  }

  async takeBack(caller: Caller, id: string): Promise<void> {
    await this.requireOwner(caller, id);
    await this.database.transaction((tx) => this.lifecycle.takeDeletionBack(tx, caller, id));
  }

  private async requireOwner(caller: Caller, id: string): Promise<OrganizationRecord> {
    const organization = await this.organizations.find(this.database, id);
    if (!organization) throw notFound();
    await this.access.require(caller, 'organizations:delete', { organizationId: id });
    return organization;
  }
}
