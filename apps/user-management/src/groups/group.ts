import type { Group, GroupGrant } from '@berth/contracts/events';
import type { GroupView } from '@berth/contracts/identity';

/** Members of an organization who have the same roles. */
export interface GroupRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly memberIds: string[];
  readonly grants: GroupGrant[];
  readonly generation: number;
  readonly createdAt: Date;
}

export const toFact = ({ id, organizationId, memberIds, grants }: GroupRecord): Group => ({
  organizationId,
  groupId: id,
  memberIds,
  grants,
});

/** What the audit trail keeps of it: who has what by it. */
export const heldBy = ({ memberIds, grants }: GroupRecord) => ({ memberIds, grants });

export const toView = ({ generation: _, createdAt, ...group }: GroupRecord): GroupView => ({
  ...group,
  createdAt: createdAt.toISOString(),
});
