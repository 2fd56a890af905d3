import { z } from 'zod';
import { id, instant } from '../common/values.js';

/** A host, or a path of it, and the workload that it leads to. The subject is the domain. */
export const domainFact = z.object({
  organizationId: id,
  projectId: id,
  environmentId: id,
  appId: id,
  workloadId: id,
  domainId: id,
  /** In lower case and punycode. */
  host: z.string(),
  /** `/api`: only what begins with it. Absent: the whole host, but for paths of other domains. */
  path: z.string().optional(),
});
export type DomainFact = z.infer<typeof domainFact>;

/** From when to when a host was to lead to a workload, stated whole: what its usage follows from. */
export const domainAttachment = z.object({
  /** Counts from 1: a host that was lost may be proven again. */
  number: z.int().positive(),
  from: instant,
  /** Null: it still is. */
  to: instant.nullable(),
});
export type DomainAttachment = z.infer<typeof domainAttachment>;

/** Facts that were told before attachments were counted have none. */
export const attachedDomain = domainFact.extend({ attachment: domainAttachment.optional() });
