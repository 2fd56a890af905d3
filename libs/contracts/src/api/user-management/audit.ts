import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { auditEntry } from '../../events/audit-recorded.v1.js';
import { serviceName } from '../../events/define-event.js';

const filters = {
  /** Who did it: a person, a service account, or the name of a service. */
  actor: z.string().max(100).optional(),
  /** `deployments:create` */
  action: z.string().max(100).optional(),
  /** Id of what it was done to. */
  target: z.string().max(200).optional(),
  service: serviceName.optional(),
  /** Session, API token or client secret that it was asked for with. */
  session: z.string().max(100).optional(),
  /** `X-Correlation-Id` of the request that it followed from. */
  correlation: z.string().max(128).optional(),
  /** One entry, by its id. */
  entry: z.string().max(100).optional(),
  /** Half-open interval `[from, to)`. */
  from: instant.optional(),
  to: instant.optional(),
};

export const auditQuery = pageQuery.extend({ organization: id, ...filters });
export type AuditQuery = z.infer<typeof auditQuery>;
export const auditExportQuery = z.object({ organization: id, ...filters });
export type AuditExportQuery = z.infer<typeof auditExportQuery>;

/** Of what belongs to no organization. */
export const platformAuditQuery = pageQuery.extend(filters);
export type PlatformAuditQuery = z.infer<typeof platformAuditQuery>;
export const platformAuditExportQuery = z.object(filters);
export type PlatformAuditExportQuery = z.infer<typeof platformAuditExportQuery>;

export const auditEntryView = auditEntry
  .extend({
    /** Network address that it was asked for from; not part of what is hashed. Null: unknown, or forgotten. */
    address: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryView = z.infer<typeof auditEntryView>;
export const auditPage = pageOf(auditEntryView).meta({ id: 'AuditPage' });

export const auditVerificationQuery = z.object({ organization: id });
export type AuditVerificationQuery = z.infer<typeof auditVerificationQuery>;

/** Of each service that recorded anything in an organization, or on the platform itself. */
export const auditVerification = z
  .object({
    items: z.array(
      z.object({
        service: serviceName,
        /** How many entries, from the first, are as they were recorded. */
        good: z.int().nonnegative(),
        /** The first that is not; null: all of them are. */
        broken: z
          .object({ sequence: z.int().positive(), reason: z.enum(['missing', 'changed', 'truncated']) })
          .nullable(),
        /** The last link that was told of. Kept elsewhere, it shows what whoever owns the database changed since. */
        head: z.object({ sequence: z.int().nonnegative(), hash: z.string() }),
      }),
    ),
  })
  .meta({ id: 'AuditVerification' });
export type AuditVerification = z.infer<typeof auditVerification>;
