import { z } from 'zod';
import { id, instant } from '../common/values.js';
import { defineEvent, serviceName } from './define-event.js';

const fields = z.record(z.string(), z.unknown());

/** By what an act was asked for. Absent of acts of former versions, and of those that nobody asked for. */
const auditRequest = z
  .object({
    /** What the access token came from: a session, an API token or a client secret. Absent: nobody was signed in yet. */
    sessionId: z.string().optional(),
    /** Of the request, and of all that followed from it. */
    correlationId: z.string().optional(),
    /** Stands for the network address, which is kept beside the chain and can be forgotten: see `auditAddress`. */
    addressDigest: z.string().optional(),
  })
  .catchall(z.unknown());

/** Whatever an act says of itself. */
const auditDetail = z
  .object({
    /** The fields that the act changed, as they were; secrets are replaced. */
    before: fields.optional(),
    /** The same fields as they are since. */
    after: fields.optional(),
    request: auditRequest.optional(),
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

/**
 * From where it was asked for. It is told beside the entry and hashed only as sha256 of salt, line feed and address, so that
 * it can be erased, or forgotten after its time, and the chain stays whole; without the salt nobody can try all addresses.
 */
export const auditAddress = z.object({ subjectId: z.string(), address: z.string(), salt: z.string() });
export type AuditAddress = z.infer<typeof auditAddress>;

/** The one type that every service produces; user-management collects them into one trail. */
export const auditRecorded = defineEvent({
  type: 'berth.audit.recorded.v1',
  producer: 'every-service',
  data: auditEntry.extend({ address: auditAddress.optional() }),
});
