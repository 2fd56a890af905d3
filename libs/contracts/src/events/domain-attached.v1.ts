import { defineEvent } from './define-event.js';
import { attachedDomain } from './domain-fact.js';

/** It is proven whose the host is, and it is to lead to the workload. */
export const domainAttached = defineEvent({
  type: 'berth.domain.attached.v1',
  producer: 'deployment-management',
  data: attachedDomain,
});
