import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { memberRole } from '../../events/shapes.js';
import { displayName } from './values.js';

export const createOrganization = z
  .strictObject({ slug, displayName: displayName.optional() })
  .meta({ id: 'CreateOrganization' });
export type CreateOrganization = z.infer<typeof createOrganization>;

export const organization = z
  .object({
    id,
    slug,
    displayName: z.string().nullable(),
    /** suspended: by an administrator. deleting: until `deleteAt`, an owner may take it back. Neither runs anything. */
    status: z.enum(['active', 'suspended', 'deleting']),
    deleteAt: instant.nullable(),
    /** Its members come in with sessions that have shown more than a password. */
    secondFactorRequired: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: 'Organization' });
export type Organization = z.infer<typeof organization>;

/** JSON merge patch (RFC 7396): null removes. */
export const updateOrganization = z
  .strictObject({ displayName: displayName.nullable().optional(), secondFactorRequired: z.boolean().optional() })
  .meta({ id: 'UpdateOrganization' });
export type UpdateOrganization = z.infer<typeof updateOrganization>;

/** To a member, who becomes an owner while the caller becomes an administrator. */
export const transferOrganization = z.strictObject({ userId: id }).meta({ id: 'TransferOrganization' });
export type TransferOrganization = z.infer<typeof transferOrganization>;

/** Says the name once more: nobody deletes the wrong one by accident. */
export const deleteOrganization = z.strictObject({ slug }).meta({ id: 'DeleteOrganization' });
export type DeleteOrganization = z.infer<typeof deleteOrganization>;

export const organizationDeletion = z.object({ deletedAt: instant }).meta({ id: 'OrganizationDeletion' });
export type OrganizationDeletion = z.infer<typeof organizationDeletion>;

/** An organization with the caller's own role on it; null when the role is on a project or an environment. */
export const myOrganization = organization.extend({ role: memberRole.nullable() }).meta({ id: 'MyOrganization' });
export type MyOrganization = z.infer<typeof myOrganization>;
export const myOrganizationPage = pageOf(myOrganization).meta({ id: 'MyOrganizationPage' });
