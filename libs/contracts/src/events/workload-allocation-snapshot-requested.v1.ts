import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** Metering misses something about a workload: the owner answers with a snapshot of what is allocated now. */
export const workloadAllocationSnapshotRequested = defineEvent({
  type: 'berth.workload.allocation-snapshot-requested.v1',
  producer: 'metering',
  data: z.object({
    workloadId: id,
    organizationId: id,
    /** `gap`: a version is missing; `silence`: no heartbeat for too long. */
    reason: z.enum(['gap', 'silence']),
    /** The last version that took effect; 0: none. */
    knownVersion: z.int().nonnegative(),
    /** What it is part of, as far as that was told: the owner may have forgotten it. */
    place: z.object({ projectId: id, environmentId: id, appId: id }).optional(),
  }),
});
