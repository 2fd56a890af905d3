import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';

const permissions = z.array(z.string().max(100)).max(200);

/** A role that an organization defines itself: a set of permissions, `<segment>:<verb>`. */
export const createRole = z.strictObject({ organizationId: id, name: slug, permissions }).meta({ id: 'CreateRole' });
export type CreateRole = z.infer<typeof createRole>;

export const updateRole = z.strictObject({ permissions }).meta({ id: 'UpdateRole' });
export type UpdateRole = z.infer<typeof updateRole>;

export const customRoleView = z
  .object({ id, organizationId: id, name: slug, permissions: z.array(z.string()), createdAt: instant })
  .meta({ id: 'CustomRole' });
export type CustomRoleView = z.infer<typeof customRoleView>;

export const roleQuery = pageQuery.extend({ organization: id });
export type RoleQuery = z.infer<typeof roleQuery>;
export const rolePage = pageOf(customRoleView).meta({ id: 'CustomRolePage' });
