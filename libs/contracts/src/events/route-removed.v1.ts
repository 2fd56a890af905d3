import { defineEvent } from './define-event.js';
import { domainFact } from './domain-fact.js';

/** A route that was ready does not lead to an instance on every cluster any more. */
export const routeRemoved = defineEvent({
  type: 'berth.route.removed.v1',
  producer: 'deployment-management',
  data: domainFact,
});
