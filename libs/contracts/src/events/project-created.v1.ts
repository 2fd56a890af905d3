import { z } from 'zod';
import { id, slug } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const projectCreated = defineEvent({
  type: 'berth.project.created.v1',
  producer: 'deployment-management',
  data: z.object({ organizationId: id, projectId: id, slug }),
});
