import { z } from 'zod';
import { id, slug } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const appCreated = defineEvent({
  type: 'berth.app.created.v1',
  producer: 'deployment-management',
  data: z.object({ organizationId: id, projectId: id, appId: id, slug }),
});
