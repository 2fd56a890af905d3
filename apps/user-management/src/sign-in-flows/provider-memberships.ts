import type { AccessVersion } from '@berth/access';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { GroupChanges } from '../groups/group-changes.js';
import type { IdentityProviderRecord } from '../identity-providers/identity-provider.js';
import { toFact } from '../memberships/membership.js';
import { MembershipsRepository } from '../memberships/memberships.repository.js';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { roleOfClaims } from './role-of-claims.js';
import type { ProviderAccount } from '../sign-in-kinds/sign-in-provider.js';

/** Roles that follow what a provider says at each sign-in. One that somebody gave by hand is left alone. */
@Injectable()
export class ProviderMemberships {
  constructor(
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(GroupChanges) private readonly groups: GroupChanges,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** Answers the version of the organization's access that this made, if it changed anything. */
  async follow(
    tx: Tx,
    provider: IdentityProviderRecord,
    userId: string,
    { claims }: ProviderAccount,
  ): Promise<AccessVersion | undefined> {
    const { organizationId } = provider;
    const role = roleOfClaims(claims, provider.settings);
    await this.memberships.lock(tx, organizationId);
    const current = await this.memberships.onOrganization(tx, organizationId, userId);
    const scope = { kind: 'organization' as const, id: organizationId };
    const member = { organizationId, userId, scope };
    if (!current && role === null) return undefined;
    if (!current && role !== null) {
      const membership = { ...member, id: this.ids.next(), role, roleId: null, createdAt: this.clock.now() };
      await this.memberships.insert(tx, membership, provider.id);
      return this.changes.granted(tx, 'platform', membership.id, toFact(membership));
    }
    if (!current || current.providerId !== provider.id || current.role === role) return undefined;
    if (role === null) {
      await this.memberships.delete(tx, current.id);
      const fact = toFact({ ...member, role: current.role, roleId: null });
      const access = await this.changes.revoked(tx, 'platform', current.id, fact);
      return (await this.groups.leaveAll(tx, 'platform', member)) ?? access;
    }
    await this.memberships.setRole(tx, current.id, { role, roleId: null }, provider.id);
    const membership = toFact({ ...member, role, roleId: null });
    return this.changes.changed(tx, 'platform', current.id, { former: current, membership });
  }
}
