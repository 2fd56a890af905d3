import { defineEvent } from './define-event.js';
import { domainFact } from './domain-fact.js';

/** Every cluster of the workload was seen to lead the host to an instance. */
export const routeReady = defineEvent({
  type: 'berth.route.ready.v1',
  producer: 'deployment-management',
  data: domainFact,
});
