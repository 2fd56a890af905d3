import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { groupGrant, memberRole, scope } from '../../events/shapes.js';

/** `owner` is nobody by being in a group; `billing` is a role on an organization only. */
const grant = z
  .strictObject({ scope, role: memberRole.exclude(['owner']), roleId: id.optional() })
  .refine(({ role, roleId }) => (role === 'custom') === (roleId !== undefined), {
    path: ['roleId'],
    error: 'belongs to the role custom, and to no other',
  })
  .refine(({ role, scope: { kind } }) => role !== 'billing' || kind === 'organization', {
    path: ['role'],
    error: 'is a role on an organization only',
  });

const memberIds = z.array(id).max(1_000);
/** As a member does, a group has one role at each place. */
const grants = z
  .array(grant)
  .max(50)
  .refine((all) => new Set(all.map(({ scope: { kind, id: place } }) => `${kind} ${place}`)).size === all.length, {
    error: 'give one role at each place',
  });

export const createGroup = z
  .strictObject({ organizationId: id, name: slug, memberIds: memberIds.default([]), grants: grants.default([]) })
  .meta({ id: 'CreateGroup' });
export type CreateGroup = z.infer<typeof createGroup>;

/** Lists replace those that there are. */
export const updateGroup = z
  .strictObject({ memberIds: memberIds.optional(), grants: grants.optional() })
  .meta({ id: 'UpdateGroup' });
export type UpdateGroup = z.infer<typeof updateGroup>;

/** Members of the organization who have the same roles. */
export const groupView = z
  .object({
    id,
    organizationId: id,
    name: slug,
    memberIds: z.array(id),
    grants: z.array(groupGrant),
    createdAt: instant,
  })
  .meta({ id: 'Group' });
export type GroupView = z.infer<typeof groupView>;

export const groupQuery = pageQuery.extend({ organization: id });
export type GroupQuery = z.infer<typeof groupQuery>;
export const groupPage = pageOf(groupView).meta({ id: 'GroupPage' });
