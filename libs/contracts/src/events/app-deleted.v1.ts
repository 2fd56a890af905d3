import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const appDeleted = defineEvent({
  type: 'berth.app.deleted.v1',
  producer: 'deployment-management',
  data: z.object({ organizationId: id, projectId: id, appId: id }),
});
