import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { deploymentPhase } from './shapes.js';

export const deploymentPhaseChanged = defineEvent({
  type: 'berth.deployment.phase-changed.v1',
  producer: 'deployment-management',
  data: z.object({ deploymentId: id, workloadId: id, from: deploymentPhase, to: deploymentPhase }),
});
