import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { role, scope } from '../../events/shapes.js';
import { email } from './values.js';

/** `owner` and `billing` are roles on an organization only. */
const fitting = (value: { role: string; scope?: { kind: string } | undefined }): boolean =>
  (value.scope?.kind ?? 'organization') === 'organization' || !['owner', 'billing'].includes(value.role);

export const createMembership = z
  .strictObject({
    organizationId: id,
    /** Of a registered user. */
    email,
    role,
    /** Absent: the whole organization. */
    scope: scope.optional(),
  })
  .refine(fitting, { path: ['role'], error: 'is a role on an organization only' })
  .meta({ id: 'CreateMembership' });
export type CreateMembership = z.infer<typeof createMembership>;

export const updateMembership = z.strictObject({ role }).meta({ id: 'UpdateMembership' });
export type UpdateMembership = z.infer<typeof updateMembership>;

export const memberView = z
  .object({
    id,
    organizationId: id,
    userId: id,
    email: z.string(),
    displayName: z.string().nullable(),
    scope,
    role,
    createdAt: instant,
  })
  .meta({ id: 'Membership' });
export type MemberView = z.infer<typeof memberView>;

export const membershipQuery = pageQuery.extend({ organization: id });
export type MembershipQuery = z.infer<typeof membershipQuery>;
export const membershipPage = pageOf(memberView).meta({ id: 'MembershipPage' });
