import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { role } from '../../events/shapes.js';
import { displayName } from './values.js';

export const createOrganization = z
  .strictObject({ slug, displayName: displayName.optional() })
  .meta({ id: 'CreateOrganization' });
export type CreateOrganization = z.infer<typeof createOrganization>;

export const organization = z
  .object({ id, slug, displayName: z.string().nullable(), createdAt: instant })
  .meta({ id: 'Organization' });
export type Organization = z.infer<typeof organization>;

/** An organization with the caller's own role on it; null when the role is on a project or an environment. */
export const myOrganization = organization.extend({ role: role.nullable() }).meta({ id: 'MyOrganization' });
export type MyOrganization = z.infer<typeof myOrganization>;
export const myOrganizationPage = pageOf(myOrganization).meta({ id: 'MyOrganizationPage' });
