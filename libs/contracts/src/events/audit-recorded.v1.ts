import { z } from 'zod';
import { id, instant } from '../common/values.js';
import { defineEvent, serviceName } from './define-event.js';

const fields = z.record(z.string(), z.unknown());

/** Whatever an act says of itself. */
const auditDetail = z
  .object({
    /** The fields that the act changed, as they were; secrets are replaced. */
    before: fields.optional(),
    /** The same fields as they are since. */
    after: fields.optional(),
  })
  .catchall(z.unknown());

/** Who did what to what, chained by hash per organization and service; ids only, so that a person can be erased. */
export const auditEntry = z.object({
  entryId: id,
  service: serviceName,
  /** Null: an act on the platform itself. */
  organizationId: id.nullable(),
  actor: z.object({ kind: z.enum(['user', 'service-account', 'platform']), id: z.string() }),
  /** `<segment>:<verb>`, for instance `deployments:create`. */
  action: z.string(),
  target: z.object({ kind: z.string(), id: z.string() }),
  at: instant,
  /** Contiguous per organization and service, from 1. */
  sequence: z.int().positive(),
  previousHash: z.string(),
  hash: z.string(),
  detail: auditDetail,
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** The one type that every service produces; user-management collects them into one trail. */
export const auditRecorded = defineEvent({
  type: 'berth.audit.recorded.v1',
  producer: 'every-service',
  data: auditEntry,
});
