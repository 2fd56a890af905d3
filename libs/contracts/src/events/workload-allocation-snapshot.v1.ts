import { defineEvent } from './define-event.js';
import { allocation } from './shapes.js';

/** The current allocation again, for a new or repaired consumer. */
export const workloadAllocationSnapshot = defineEvent({
  type: 'berth.workload.allocation-snapshot.v1',
  producer: 'deployment-management',
  data: allocation,
});
