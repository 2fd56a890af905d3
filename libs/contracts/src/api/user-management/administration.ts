import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { instant, storable } from '../../common/values.js';
import { organization } from './organizations.js';
import { user } from './users.js';

const prefix = z.string().trim().toLowerCase().max(254).refine(storable, { error: 'cannot be stored' }).default('');

/** Why an administrator did it; kept in the audit trail. */
export const administrativeAct = z
  .strictObject({
    reason: z.string().trim().min(3).max(500).refine(storable, { error: 'holds characters that cannot be stored' }),
  })
  .meta({ id: 'AdministrativeAct' });
export type AdministrativeAct = z.infer<typeof administrativeAct>;

export const administeredUser = user
  .extend({
    /** deactivated: by the person; suspended: by an administrator. */
    state: z.enum(['active', 'deactivated', 'suspended']),
    eraseAt: instant.nullable(),
    secondFactor: z.boolean(),
  })
  .meta({ id: 'AdministeredUser' });
export type AdministeredUser = z.infer<typeof administeredUser>;

/** `search`: how the address begins. */
export const userSearch = pageQuery.extend({ search: prefix });
export type UserSearch = z.infer<typeof userSearch>;
export const administeredUserPage = pageOf(administeredUser).meta({ id: 'AdministeredUserPage' });

/** `search`: how the slug begins. */
export const organizationSearch = pageQuery.extend({ search: prefix });
export type OrganizationSearch = z.infer<typeof organizationSearch>;
export const organizationPage = pageOf(organization).meta({ id: 'OrganizationPage' });
