import { z } from 'zod';
import { id } from '../common/values.js';

/** A host and the workload that it leads to. The subject is the domain. */
export const domainFact = z.object({
  organizationId: id,
  projectId: id,
  environmentId: id,
  appId: id,
  workloadId: id,
  domainId: id,
  /** In lower case and punycode. */
  host: z.string(),
});
export type DomainFact = z.infer<typeof domainFact>;
