import type { MemberRole, Membership, Scope } from '@berth/contracts/events';
import type { MemberView } from '@berth/contracts/identity';

/** A role that a user has on an organization, or on one project or environment of it. */
export interface MembershipRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly scope: Scope;
  readonly role: MemberRole;
  /** Of a custom role. */
  readonly roleId: string | null;
  readonly generation: number;
  readonly createdAt: Date;
}

/** A membership with the person who has it. */
export interface MemberRecord extends MembershipRecord {
  readonly email: string;
  readonly username: string;
  readonly displayName: string | null;
}

/** What services are told of it: ids only. */
export const toFact = ({
  organizationId,
  userId,
  scope,
  role,
  roleId = null,
}: Pick<MembershipRecord, 'organizationId' | 'userId' | 'scope' | 'role'> &
  Partial<Pick<MembershipRecord, 'roleId'>>): Membership => ({
  organizationId,
  subjectId: userId,
  scope,
  role,
  ...(roleId === null ? {} : { roleId }),
});

export const isOwner = ({ scope, role }: Pick<MembershipRecord, 'scope' | 'role'>): boolean =>
  scope.kind === 'organization' && role === 'owner';

export const toMemberView = (member: MemberRecord): MemberView => ({
  id: member.id,
  organizationId: member.organizationId,
  userId: member.userId,
  email: member.email,
  username: member.username,
  displayName: member.displayName,
  scope: member.scope,
  role: member.role,
  roleId: member.roleId,
  createdAt: member.createdAt.toISOString(),
});
