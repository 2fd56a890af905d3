import { z } from 'zod';
import { cause } from '../common/causes.js';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { deploymentPhase } from './shapes.js';

export const deploymentFailed = defineEvent({
  type: 'berth.deployment.failed.v1',
  producer: 'deployment-management',
  data: z.object({ deploymentId: id, workloadId: id, buildId: id.nullable(), phase: deploymentPhase, cause }),
});
