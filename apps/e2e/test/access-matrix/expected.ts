import {
  administratorPermissions,
  can,
  mayKnow,
  type Permission,
  type SubjectAccess,
  type Target,
} from '@berth/access';

/** Of what kind the object is that a permission is asked of; `platform`: it belongs to no tenant. */
export type Place = 'organization' | 'project' | 'environment' | 'platform';

export interface Need {
  readonly permission: Permission;
  readonly on: Place;
  /** What shows to somebody what they may see of it: the permission on one of these within is enough. */
  readonly orOn?: readonly ('project' | 'environment')[];
}

/** Where each kind of place is in one tenant. */
export const targetOf = (
  on: Exclude<Place, 'platform'>,
  ids: { organization: string; project: string; environment: string },
): Target => ({
  organizationId: ids.organization,
  ...(on === 'organization' ? {} : { projectId: ids.project }),
  ...(on === 'environment' ? { environmentId: ids.environment } : {}),
});

/** What the permission table says about a good request: the refusal of the first need that is not met, or success. */
export function expectedStatus(
  subject: SubjectAccess,
  needs: readonly Need[],
  ids: Parameters<typeof targetOf>[1],
  success: number,
): number {
  return needs.map((need) => refusalOf(subject, need, ids)).find((status) => status !== undefined) ?? success;
}

function refusalOf(subject: SubjectAccess, { permission, on, orOn }: Need, ids: Parameters<typeof targetOf>[1]) {
  if (on === 'platform')
    return subject.administrator && administratorPermissions.includes(permission) ? undefined : 403;
  const target = targetOf(on, ids);
  if (can(subject, permission, target)) return undefined;
  if (orOn?.some((within) => can(subject, permission, targetOf(within, ids)))) return undefined;
  return mayKnow(subject, target) ? 403 : 404;
}
