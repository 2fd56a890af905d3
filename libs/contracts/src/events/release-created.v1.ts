import { z } from 'zod';
import { digest, id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const releaseCreated = defineEvent({
  type: 'berth.release.created.v1',
  producer: 'deployment-management',
  data: z.object({
    organizationId: id,
    workloadId: id,
    releaseId: id,
    number: z.int().positive(),
    hash: digest,
    artifactDigest: digest,
    configVersion: z.int().nonnegative(),
  }),
});
