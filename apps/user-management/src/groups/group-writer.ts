import { type AccessVersion, type Caller, changedFrom } from '@berth/access';
import { groupDeleted, type GroupGrant } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { RoleRights } from '../roles/role-rights.js';
import { type GroupRecord, heldBy } from './group.js';
import { GroupChanges } from './group-changes.js';
import { groupErrors } from './groups.errors.js';
import { GroupsRepository } from './groups.repository.js';

/** Writes groups: only members are in them, and nobody gives by them what they do not have. */
@Injectable()
export class GroupWriter {
  constructor(
    @Inject(GroupsRepository) private readonly groups: GroupsRepository,
    @Inject(GroupChanges) private readonly groupChanges: GroupChanges,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(RoleRights) private readonly rights: RoleRights,
  ) {}

  async requireToGive(caller: Caller, organizationId: string, grants: readonly GroupGrant[]): Promise<void> {
    for (const { scope, role, roleId = null } of grants)
      await this.rights.requireToGive(caller, organizationId, { scope, role, roleId });
  }

  /** All changes of an organization's access take turns. */
  async lock(tx: Tx, organizationId: string): Promise<void> {
    await tx.query('select id from organization where id = $1 for update', [organizationId]);
  }

  async insert(tx: Tx, by: Caller, group: GroupRecord): Promise<AccessVersion> {
    await this.lock(tx, group.organizationId);
    await this.refuseStrangers(tx, group);
    if (!(await this.groups.insert(tx, group)))
      throw groupErrors.GroupNameTaken('is taken in this organization', { pointer: '/name' });
    return this.groupChanges.told(tx, by, group);
  }

  async store(tx: Tx, by: Caller, group: GroupRecord, former: GroupRecord): Promise<AccessVersion> {
    await this.refuseStrangers(tx, group);
    await this.groups.store(tx, group);
    return this.groupChanges.told(tx, by, group, former);
  }

  async delete(tx: Tx, by: Caller, group: GroupRecord): Promise<AccessVersion> {
    const { id, organizationId, name } = group;
    await this.groups.delete(tx, id);
    const change = changedFrom(heldBy(group), {});
    const act = { action: 'groups:delete', target: { kind: 'group', id }, detail: { name }, change };
    return this.changes.told(tx, by, groupDeleted, { organizationId, groupId: id }, act);
  }

  private async refuseStrangers(tx: Tx, { organizationId, memberIds }: GroupRecord): Promise<void> {
    const [stranger] = await this.groups.strangers(tx, organizationId, memberIds);
    if (stranger === undefined) return;
    throw groupErrors.GroupMemberUnknown('has no role in this organization', {
      pointer: `/memberIds/${memberIds.indexOf(stranger)}`,
    });
  }
}
