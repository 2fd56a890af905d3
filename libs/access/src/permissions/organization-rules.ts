import type { Caller } from '../caller.js';
import type { SubjectAccess } from './can.js';
import type { Permission } from './permissions.js';

/** What a subject has in an organization, and what holds there for everybody. */
export interface RuledAccess extends SubjectAccess {
  /** Its members may only read; its owners may still end it, or take that back. */
  readonly suspended: boolean;
  readonly secondFactorRequired: boolean;
}

export interface RuleRefusal {
  readonly error: 'OrganizationSuspended' | 'SecondFactorNeeded';
  readonly detail: string;
}

const whileSuspended: readonly string[] = ['organizations:delete'];

/** Why an organization's own rules refuse what a role may allow; undefined when they do not. They do not bind administrators. */
export function refusalOf(
  { kind, administrator, secondFactor }: Pick<Caller, 'kind' | 'administrator' | 'secondFactor'>,
  permission: Permission,
  { suspended, secondFactorRequired }: Pick<RuledAccess, 'suspended' | 'secondFactorRequired'>,
): RuleRefusal | undefined {
  if (administrator) return undefined;
  if (secondFactorRequired && kind === 'user' && !secondFactor)
    return { error: 'SecondFactorNeeded', detail: 'This organization asks for a second factor: add one and log in.' };
  if (suspended && !isRead(permission) && !whileSuspended.includes(permission))
    return { error: 'OrganizationSuspended', detail: 'This organization is suspended: it can only be read.' };
  return undefined;
}

/** Secrets are no reading matter while nobody may use them. */
const isRead = (permission: Permission): boolean =>
  permission !== 'secrets:read' && (permission.endsWith(':read') || permission === 'workloads:logs');
