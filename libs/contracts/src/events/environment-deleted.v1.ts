import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const environmentDeleted = defineEvent({
  type: 'berth.environment.deleted.v1',
  producer: 'deployment-management',
  data: z.object({ organizationId: id, projectId: id, environmentId: id }),
});
