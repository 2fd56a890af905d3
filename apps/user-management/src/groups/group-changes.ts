import { type AccessVersion, type Caller, changedFrom } from '@berth/access';
import { groupChanged } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { type GroupRecord, heldBy, toFact } from './group.js';
import { GroupsRepository } from './groups.repository.js';

/** How groups change, by whoever changes them and by members who go. */
@Injectable()
export class GroupChanges {
  constructor(
    @Inject(GroupsRepository) private readonly groups: GroupsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
  ) {}

  /** Tells the whole group. @param former none: it is new */
  told(tx: Tx, by: Caller | 'platform', group: GroupRecord, former?: GroupRecord): Promise<AccessVersion> {
    const { id, name } = group;
    const action = former ? 'groups:update' : 'groups:create';
    const change = changedFrom(former ? heldBy(former) : {}, heldBy(group));
    const act = { action, target: { kind: 'group', id }, detail: { name }, change };
    return this.changes.told(tx, by, groupChanged, toFact(group), act);
  }

  /** Whoever has no role of their own left in an organization is in none of its groups either. */
  async leaveAll(
    tx: Tx,
    by: Caller | 'platform',
    { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
  ): Promise<AccessVersion | undefined> {
    if ((await this.groups.strangers(tx, organizationId, [userId])).length === 0) return undefined;
    let version: AccessVersion | undefined;
    for (const id of await this.groups.groupsOf(tx, organizationId, userId)) {
      const group = await this.groups.find(tx, id);
      if (!group) continue;
      const left = { ...group, memberIds: group.memberIds.filter((each) => each !== userId) };
      await this.groups.store(tx, left);
      version = await this.told(tx, by, left, group);
    }
    return version;
  }
}
