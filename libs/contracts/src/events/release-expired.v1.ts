import { z } from 'zod';
import { digest, id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** It can be rolled back to no more: newer releases of the workload took its place in the history that is kept. */
export const releaseExpired = defineEvent({
  type: 'berth.release.expired.v1',
  producer: 'deployment-management',
  data: z.object({
    organizationId: id,
    workloadId: id,
    releaseId: id,
    number: z.int().positive(),
    artifactDigest: digest,
  }),
});
