import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { memberRole, role, scope } from '../../events/shapes.js';
import { email } from './values.js';

/** `owner` and `billing` are roles on an organization only. */
const fitting = (value: { role: string; scope?: { kind: string } | undefined }): boolean =>
  (value.scope?.kind ?? 'organization') === 'organization' || !['owner', 'billing'].includes(value.role);

const named = {
  holds: ({ role: given, roleId }: { role: string; roleId?: string | undefined }): boolean =>
    (given === 'custom') === (roleId !== undefined),
  error: { path: ['roleId'], error: 'belongs to the role custom, and to no other' },
};

const place = {
  organizationId: id,
  email,
  /** Absent: the whole organization. */
  scope: scope.optional(),
};

/** For somebody who has a role in the organization already, wherever in it; others are invited. */
export const createMembership = z
  .strictObject({
    ...place,
    role: memberRole,
    /** Of a custom role. */
    roleId: id.optional(),
  })
  .refine(fitting, { path: ['role'], error: 'is a role on an organization only' })
  .refine(named.holds, named.error)
  .meta({ id: 'CreateMembership' });
export type CreateMembership = z.infer<typeof createMembership>;

/** Like a membership, for somebody who need not be registered yet; with one of the built-in roles. */
export const createInvitation = z
  .strictObject({ ...place, role })
  .refine(fitting, { path: ['role'], error: 'is a role on an organization only' })
  .meta({ id: 'CreateInvitation' });
export type CreateInvitation = z.infer<typeof createInvitation>;

export const updateMembership = z
  .strictObject({ role: memberRole, roleId: id.optional() })
  .refine(named.holds, named.error)
  .meta({ id: 'UpdateMembership' });
export type UpdateMembership = z.infer<typeof updateMembership>;

export const memberView = z
  .object({
    id,
    organizationId: id,
    userId: id,
    email: z.string(),
    username: z.string(),
    displayName: z.string().nullable(),
    scope,
    role: memberRole,
    /** Of a custom role. */
    roleId: id.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Membership' });
export type MemberView = z.infer<typeof memberView>;

export const membershipQuery = pageQuery.extend({
  organization: id,
  /** Only what this person has. */
  user: id.optional(),
});
export type MembershipQuery = z.infer<typeof membershipQuery>;
export const membershipPage = pageOf(memberView).meta({ id: 'MembershipPage' });
