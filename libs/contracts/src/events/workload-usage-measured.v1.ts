import { z } from 'zod';
import { processName } from '../common/process-type.js';
import { bigCount, id, instant } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** What all instances of a process type together were seen to use in an hour, as far as they were seen. */
export const measuredProcess = z.object({
  processType: processName,
  millicoreMilliseconds: bigCount,
  byteMilliseconds: bigCount,
  /** Time of instances that samples stand for, together: less than they were there wherever nobody looked. */
  measuredMilliseconds: z.int().positive(),
});
export type MeasuredProcess = z.infer<typeof measuredProcess>;

/** Told once the hour is over. An hour may be told in several parts, one for each cluster: they add up. */
export const workloadUsageMeasured = defineEvent({
  type: 'berth.workload.usage-measured.v1',
  producer: 'deployment-management',
  data: z.object({
    ...{ organizationId: id, projectId: id, environmentId: id, appId: id, workloadId: id },
    /** Its beginning, an hour of UTC. */
    hour: instant,
    processes: z.array(measuredProcess).min(1),
  }),
});
