import { defineEvent } from './define-event.js';
import { attachedDomain, domainAttachment } from './domain-fact.js';

/** Its last attachment, for a new or repaired consumer; also of one that is lost. */
export const domainSnapshot = defineEvent({
  type: 'berth.domain.snapshot.v1',
  producer: 'deployment-management',
  data: attachedDomain.extend({ attachment: domainAttachment }),
});
