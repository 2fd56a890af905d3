import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id } from '../../common/values.js';
import { scope } from '../../events/shapes.js';
import { apiToken, createApiToken } from './api-tokens.js';
import { billingElsewhere, isHeldThere, machineRole } from './service-accounts.js';

/** What it may do is what both its role and its scopes allow. */
export const createOrganizationToken = createApiToken
  .extend({
    organizationId: id,
    role: machineRole,
    /** Where it has the role. Absent: the whole organization. */
    scope: scope.optional(),
  })
  .refine(isHeldThere, billingElsewhere)
  .meta({ id: 'CreateOrganizationToken' });
export type CreateOrganizationToken = z.infer<typeof createOrganizationToken>;

/** An API token that an organization owns: it goes on when whoever made it leaves. */
export const organizationToken = apiToken
  .extend({
    organizationId: id,
    role: machineRole,
    scope,
    /** Who made it. */
    createdBy: id,
  })
  .meta({ id: 'OrganizationToken' });
export type OrganizationTokenView = z.infer<typeof organizationToken>;
export const organizationTokenPage = pageOf(organizationToken).meta({ id: 'OrganizationTokenPage' });
export const organizationTokenQuery = pageQuery.extend({ organization: id });
export type OrganizationTokenQuery = z.infer<typeof organizationTokenQuery>;

/** The one answer that holds the token. */
export const createdOrganizationToken = organizationToken
  .extend({ token: z.string() })
  .meta({ id: 'CreatedOrganizationToken' });
export type CreatedOrganizationToken = z.infer<typeof createdOrganizationToken>;
