import { z } from 'zod';
import { processName } from '../common/process-type.js';
import { id, instant } from '../common/values.js';
import { defineEvent } from './define-event.js';

/**
 * Bytes of answers that left for the visitors of a workload between two moments, told once an hour is over. The subject is
 * the meter of the workload on its cluster: its facts are contiguous, and none begins before the one before it ended.
 */
export const egressMeasured = defineEvent({
  type: 'berth.egress.measured.v1',
  producer: 'deployment-management',
  data: z.object({
    ...{ organizationId: id, projectId: id, environmentId: id, appId: id, workloadId: id },
    meterId: id,
    cluster: z.string(),
    processType: processName,
    from: instant,
    to: instant,
    bytes: z.int().positive(),
  }),
});
