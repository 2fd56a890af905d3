import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const workloadCreated = defineEvent({
  type: 'berth.workload.created.v1',
  producer: 'deployment-management',
  data: z.object({ organizationId: id, projectId: id, environmentId: id, appId: id, workloadId: id }),
});
