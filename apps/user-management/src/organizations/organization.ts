import type { Quota } from '@berth/contracts/events';
import type { MyOrganization, Organization } from '@berth/contracts/identity';

/** A tenant. */
export interface OrganizationRecord {
  readonly id: string;
  readonly slug: string;
  readonly displayName: string | null;
  readonly createdAt: Date;
}

/** What a new organization may use until an administrator says otherwise. */
export const defaultQuota: Quota = {
  projects: 20,
  environments: 100,
  apps: 100,
  cpuMillicores: 32_000,
  memoryMib: 65_536,
  buildsAtOnce: 4,
};

export const toOrganization = ({ id, slug, displayName, createdAt }: OrganizationRecord): Organization => ({
  id,
  slug,
  displayName,
  createdAt: createdAt.toISOString(),
});

export const toMyOrganization = (mine: OrganizationRecord & Pick<MyOrganization, 'role'>): MyOrganization => ({
  ...toOrganization(mine),
  role: mine.role,
});
