import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { deploymentPhase } from './shapes.js';

export const deploymentCancelled = defineEvent({
  type: 'berth.deployment.cancelled.v1',
  producer: 'deployment-management',
  data: z.object({ deploymentId: id, workloadId: id, buildId: id.nullable(), phase: deploymentPhase }),
});
