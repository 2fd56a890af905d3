import { defineEvent } from './define-event.js';
import { attachedDomain } from './domain-fact.js';

/** The host is to lead to the workload no more. */
export const domainRemoved = defineEvent({
  type: 'berth.domain.removed.v1',
  producer: 'deployment-management',
  data: attachedDomain,
});
