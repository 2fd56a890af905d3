import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const deploymentSuperseded = defineEvent({
  type: 'berth.deployment.superseded.v1',
  producer: 'deployment-management',
  data: z.object({ deploymentId: id, workloadId: id, buildId: id.nullable(), byDeploymentId: id }),
});
