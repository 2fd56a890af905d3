import { defineEvent } from './define-event.js';
import { allocation } from './shapes.js';

/** States the whole allocation of a workload: the only truth for compute usage. */
export const workloadAllocationChanged = defineEvent({
  type: 'berth.workload.allocation-changed.v1',
  producer: 'deployment-management',
  data: allocation,
});
