import { Access, type AccessVersion, Audit, type Caller, changedFrom, notFound } from '@berth/access';
import { organizationSecurityChanged } from '@berth/contracts/events';
import type { UpdateOrganization } from '@berth/contracts/identity';
import { Database, requireMatch, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type OrganizationRecord, settingsOf } from './organization.js';
import { OrganizationChanges } from './organization-changes.js';
import { organizationErrors } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';

export interface ChangedOrganization {
  readonly organization: OrganizationRecord;
  readonly access: AccessVersion | undefined;
}

/** What an organization's own people say about it. */
@Injectable()
export class OrganizationSettings {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Access) private readonly access: Access,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** @throws DomainError 428 without If-Match, 412 when it is stale, 409 `own_second_factor_missing` */
  async update(
    caller: Caller,
    id: string,
    ifMatch: string | undefined,
    patch: UpdateOrganization,
  ): Promise<ChangedOrganization> {
    if (!(await this.organizations.find(this.database, id))) throw notFound();
    await this.access.require(caller, 'organizations:update', { organizationId: id });
    refuseLockingOut(caller, patch);
    return this.database.transaction(async (tx) => {
      const current = await this.organizations.find(tx, id, 'for update');
      if (!current) throw notFound();
      requireMatch(ifMatch, current.generation);
      const changed = {
        ...current,
        displayName: patch.displayName === undefined ? current.displayName : patch.displayName,
        secondFactorRequired: patch.secondFactorRequired ?? current.secondFactorRequired,
      };
      await this.organizations.store(tx, changed);
      const access = await this.tell(tx, caller, current, changed);
      return { organization: { ...changed, generation: current.generation + 1 }, access };
    });
  }

  private async tell(
    tx: Tx,
    by: Caller,
    before: OrganizationRecord,
    after: OrganizationRecord,
  ): Promise<AccessVersion | undefined> {
    const { id, secondFactorRequired } = after;
    const target = { kind: 'organization', id };
    const change = changedFrom(settingsOf(before), settingsOf(after));
    const act = { action: 'organizations:update', target, change };
    if (secondFactorRequired !== before.secondFactorRequired)
      return this.changes.told(tx, by, organizationSecurityChanged, { organizationId: id, secondFactorRequired }, act);
    await this.audit.record(tx, { by, organizationId: id, ...act });
    return undefined;
  }
}

/** Whoever asks it of the others has it. */
function refuseLockingOut({ secondFactor, administrator }: Caller, { secondFactorRequired }: UpdateOrganization): void {
  if (!secondFactorRequired || secondFactor || administrator) return;
  throw organizationErrors.OwnSecondFactorMissing(
    'You would lock yourself out: add a second factor and log in with it.',
    {
      pointer: '/secondFactorRequired',
    },
  );
}
