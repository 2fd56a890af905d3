import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const deploymentSucceeded = defineEvent({
  type: 'berth.deployment.succeeded.v1',
  producer: 'deployment-management',
  data: z.object({ deploymentId: id, workloadId: id, releaseId: id, releaseNumber: z.int().positive() }),
});
