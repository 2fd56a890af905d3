import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { role, scope } from '../../events/shapes.js';
import { displayName } from './values.js';

/** Machines own nothing. */
export const machineRole = role.exclude(['owner']);

interface GivenToMachine {
  readonly role: string;
  readonly scope?: { readonly kind: string } | undefined;
}
/** `billing` is a role on an organization only. */
export const isHeldThere = ({ role, scope }: GivenToMachine): boolean =>
  role !== 'billing' || (scope?.kind ?? 'organization') === 'organization';
export const billingElsewhere = { path: ['role'], error: 'is a role on an organization only' };

export const createServiceAccount = z
  .strictObject({
    organizationId: id,
    name: displayName,
    role: machineRole,
    /** Absent: the whole organization. */
    scope: scope.optional(),
  })
  .refine(isHeldThere, billingElsewhere)
  .meta({ id: 'CreateServiceAccount' });
export type CreateServiceAccount = z.infer<typeof createServiceAccount>;

export const clientSecret = z
  .object({
    id,
    /** How the secret starts, to find it where it lies. */
    prefix: z.string(),
    createdAt: instant,
    expiresAt: instant,
    /** To the minute. */
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'ClientSecret' });
export type ClientSecretView = z.infer<typeof clientSecret>;

/** A machine of an organization. Its id is its `client_id`. */
export const serviceAccount = z
  .object({
    id,
    organizationId: id,
    name: z.string(),
    role: machineRole,
    scope,
    /** At most two, so that one can be replaced while the other is still in use. */
    secrets: z.array(clientSecret),
    createdAt: instant,
  })
  .meta({ id: 'ServiceAccount' });
export type ServiceAccountView = z.infer<typeof serviceAccount>;
export const serviceAccountPage = pageOf(serviceAccount).meta({ id: 'ServiceAccountPage' });
export const serviceAccountQuery = pageQuery.extend({ organization: id });
export type ServiceAccountQuery = z.infer<typeof serviceAccountQuery>;

export const createClientSecret = z
  .strictObject({ expiresInDays: z.int().min(1).max(730).default(365) })
  .meta({ id: 'CreateClientSecret' });
export type CreateClientSecret = z.infer<typeof createClientSecret>;

/** The one answer that holds the secret. */
export const createdClientSecret = clientSecret
  .extend({ clientId: id, clientSecret: z.string() })
  .meta({ id: 'CreatedClientSecret' });
export type CreatedClientSecret = z.infer<typeof createdClientSecret>;
