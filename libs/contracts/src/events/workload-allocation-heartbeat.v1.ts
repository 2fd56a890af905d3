import { z } from 'zod';
import { id, instant } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** Repeats the version of the allocation that still holds, so that a consumer sees gaps and silence. */
export const workloadAllocationHeartbeat = defineEvent({
  type: 'berth.workload.allocation-heartbeat.v1',
  producer: 'deployment-management',
  data: z.object({ workloadId: id, organizationId: id, allocationVersion: z.int().positive(), confirmedAt: instant }),
});
