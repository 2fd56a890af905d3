import { permissions, retiredPermissions } from '@berth/access';
import type { CustomRole } from '@berth/contracts/events';
import type { CustomRoleView } from '@berth/contracts/identity';

/** A set of permissions that an organization gave a name. */
export interface CustomRoleRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly permissions: string[];
  readonly generation: number;
  readonly createdAt: Date;
}

/** What its owners alone may do is given by making somebody an owner, and in no other way. */
const definable: readonly string[] = [...(permissions.organization.admin ?? []), ...retiredPermissions];

/** Place of the first permission that no role can hold, -1 when there is none. */
export const firstUndefinable = (wanted: readonly string[]): number =>
  wanted.findIndex((permission) => !definable.includes(permission));

export const toFact = ({ organizationId, id, permissions: held }: CustomRoleRecord): CustomRole => ({
  organizationId,
  roleId: id,
  permissions: held,
});

export const toView = ({
  id,
  organizationId,
  name,
  permissions: held,
  createdAt,
}: CustomRoleRecord): CustomRoleView => ({
  id,
  organizationId,
  name,
  permissions: held,
  createdAt: createdAt.toISOString(),
});
