import type { MemberRole, Scope } from '@berth/contracts/events';
import { administratorPermissions, type Permission, permissions } from './permissions.js';

/** An object's place: its organization and, as far as it lies in them, its project and environment. */
export interface Target {
  readonly organizationId: string;
  readonly projectId?: string;
  readonly environmentId?: string;
}

export interface Grant {
  readonly scope: Scope;
  readonly role: MemberRole;
  /** Of a custom role; names that nobody knows here are passed over. */
  readonly permissions?: readonly string[] | null;
}

/** What a subject has in one organization. */
export interface SubjectAccess {
  readonly administrator: boolean;
  readonly grants: readonly Grant[];
}

/** Whether the subject may do it there: a grant covers the target and its role holds the permission. */
export function can(subject: SubjectAccess, permission: Permission, target: Target): boolean {
  if (subject.administrator && administratorPermissions.includes(permission)) return true;
  return hasGrantOn(target, subject.grants, (grant) => allows(grant, permission));
}

/**
 * Whether the subject may know that the target exists: a grant covers it, or it is the organization itself and the subject
 * has any grant in it. Decides between 404 and 403.
 */
export function mayKnow(subject: SubjectAccess, target: Target): boolean {
  if (subject.administrator) return true;
  if (target.projectId === undefined && target.environmentId === undefined) return subject.grants.length > 0;
  return hasGrantOn(target, subject.grants, () => true);
}

/** Places below an organization, by their ids. */
export interface Places {
  readonly projects: readonly string[];
  readonly environments: readonly string[];
}

/** Where in the organization the subject may do it; null: everywhere. */
export function placesWhere(subject: SubjectAccess, permission: Permission, organizationId: string): Places | null {
  if (can(subject, permission, { organizationId })) return null;
  const ids = (kind: Scope['kind']) =>
    subject.grants
      .filter((grant) => grant.scope.kind === kind && allows(grant, permission))
      .map(({ scope }) => scope.id);
  return { projects: ids('project'), environments: ids('environment') };
}

/** Whether a token with these scopes may be used for it. `*` is a person's session; `secrets:*` a whole segment. */
export function scopesAllow(scopes: readonly string[], permission: Permission): boolean {
  if (scopes.includes('*')) return true;
  const segment = permission.split(':')[0];
  return scopes.some((scope) => scope === permission || scope === `${segment}:*`);
}

/** Grants by the id of their scope, as long as somebody holds the list. */
const indexes = new WeakMap<readonly Grant[], ReadonlyMap<string, readonly Grant[]>>();

/**
 * Whether a grant that covers the target is as asked. Found by the ids of the target's place: whoever has thousands of roles is
 * judged as fast as who has one. Every request asks twice, so that nothing is made of what is found.
 */
function hasGrantOn(target: Target, grants: readonly Grant[], holds: (grant: Grant) => boolean): boolean {
  const index = indexOf(grants);
  const at = (kind: Scope['kind'], id: string | undefined): boolean =>
    id !== undefined && (index.get(id)?.some((grant) => grant.scope.kind === kind && holds(grant)) ?? false);
  return (
    at('organization', target.organizationId) ||
    at('project', target.projectId) ||
    at('environment', target.environmentId)
  );
}

function indexOf(grants: readonly Grant[]): ReadonlyMap<string, readonly Grant[]> {
  const known = indexes.get(grants);
  if (known) return known;
  const index = Map.groupBy(grants, ({ scope }) => scope.id);
  indexes.set(grants, index);
  return index;
}

function allows({ scope, role, permissions: own }: Grant, permission: Permission): boolean {
  if (role === 'custom') return own?.includes(permission) ?? false;
  return permissions[scope.kind][role]?.includes(permission) ?? false;
}
