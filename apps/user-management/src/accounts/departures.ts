import type { MemberRole, Scope } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { GroupChanges } from '../groups/group-changes.js';
import { OrganizationChanges } from '../organizations/organization-changes.js';

interface OwnMembership {
  readonly id: string;
  readonly organizationId: string;
  readonly subjectId: string;
  readonly scope: Scope;
  readonly role: MemberRole;
}

/** Takes somebody out of all organizations, and tells every service. */
@Injectable()
export class Departures {
  constructor(
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(GroupChanges) private readonly groups: GroupChanges,
  ) {}

  async leaveAll(tx: Tx, userId: string): Promise<void> {
    const left = await tx.query<OwnMembership>(
      `delete from membership where user_id = $1 returning id, organization_id as "organizationId",
         user_id as "subjectId", json_build_object('kind', scope_kind, 'id', scope_id) as scope, role`,
      [userId],
    );
    // In one order for all, because each holds its organization's version.
    const ordered = left.toSorted((one, other) => one.organizationId.localeCompare(other.organizationId));
    for (const { id, ...membership } of ordered) {
      await this.changes.revoked(tx, 'platform', id, membership);
      await this.groups.leaveAll(tx, 'platform', { ...membership, userId });
    }
  }
}
