import type { Quota } from '@berth/contracts/events';
import type { MyOrganization, Organization } from '@berth/contracts/identity';

/** A tenant. */
export interface OrganizationRecord {
  readonly id: string;
  readonly slug: string;
  readonly displayName: string | null;
  /** Why nothing of it runs; null: it may. */
  readonly suspendedFor: 'administrator' | 'deletion' | null;
  readonly deleteAt: Date | null;
  readonly secondFactorRequired: boolean;
  readonly generation: number;
  readonly createdAt: Date;
}

/** What of it an administrator or its own people change, as the audit trail keeps it. */
export const settingsOf = ({ displayName, secondFactorRequired, suspendedFor, deleteAt }: OrganizationRecord) => ({
  ...{ displayName, secondFactorRequired, suspendedFor, deleteAt },
});

/** As it begins. */
export const newOrganization = (
  founded: Pick<OrganizationRecord, 'id' | 'slug' | 'displayName' | 'createdAt'>,
): OrganizationRecord => ({
  ...founded,
  suspendedFor: null,
  deleteAt: null,
  secondFactorRequired: false,
  generation: 1,
});

/** What a new organization may use until an administrator says otherwise. */
export const defaultQuota: Quota = {
  projects: 20,
  environments: 100,
  apps: 100,
  cpuMillicores: 32_000,
  memoryMib: 65_536,
  buildsAtOnce: 4,
  storageMib: 102_400,
};

export const toOrganization = (organization: OrganizationRecord): Organization => ({
  id: organization.id,
  slug: organization.slug,
  displayName: organization.displayName,
  status: statusOf(organization),
  deleteAt: organization.deleteAt?.toISOString() ?? null,
  secondFactorRequired: organization.secondFactorRequired,
  createdAt: organization.createdAt.toISOString(),
});

function statusOf({ suspendedFor, deleteAt }: OrganizationRecord): Organization['status'] {
  if (deleteAt) return 'deleting';
  return suspendedFor === null ? 'active' : 'suspended';
}

export const toMyOrganization = (mine: OrganizationRecord & Pick<MyOrganization, 'role'>): MyOrganization => ({
  ...toOrganization(mine),
  role: mine.role,
});
