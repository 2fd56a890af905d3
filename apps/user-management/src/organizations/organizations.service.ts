import { Access, type AccessVersion, type Caller, notFound } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { CreateOrganization, MyOrganization } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, Ids, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { defaultQuota, newOrganization, type OrganizationRecord, toMyOrganization } from './organization.js';
import { OrganizationChanges } from './organization-changes.js';
import { organizationErrors } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';

export interface Founded {
  readonly organization: OrganizationRecord;
  /** Whoever has seen this version has seen the owner. */
  readonly access: AccessVersion;
}

@Injectable()
export class OrganizationsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** The caller becomes its owner. @throws DomainError 409 `organization_slug_taken` */
  async create(caller: Caller, { slug, displayName }: CreateOrganization): Promise<Founded> {
    const now = this.clock.now();
    const organization = newOrganization({
      id: this.ids.next(),
      slug,
      displayName: displayName ?? null,
      createdAt: now,
    });
    const founded = { ...organization, quota: defaultQuota };
    this.access.requireOnReplay(caller, 'organizations:read', { organizationId: organization.id });
    const owner = { membershipId: this.ids.next(), userId: caller.subjectId };
    return this.database.transaction(async (tx) => {
      if (!(await this.organizations.insert(tx, founded, owner)))
        throw organizationErrors.OrganizationSlugTaken('is taken', { pointer: '/slug' });
      return { organization, access: await this.changes.created(tx, caller, founded) };
    });
  }

  async list(caller: Caller, { limit, cursor }: PageQuery): Promise<Page<MyOrganization>> {
    const after = decodeCursor(cursor, 'id');
    const rows = await this.organizations.listOf(this.database.confined, caller.subjectId, after, limit + 1);
    return toPage(rows.map(toMyOrganization), limit, (organization) => organization.id);
  }

  async get(caller: Caller, id: string): Promise<OrganizationRecord> {
    const organization = await this.organizations.find(this.database, id);
    if (!organization) throw notFound();
    await this.access.require(caller, 'organizations:read', { organizationId: id });
    return organization;
  }
}
