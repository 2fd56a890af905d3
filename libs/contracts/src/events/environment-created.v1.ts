import { z } from 'zod';
import { id, slug } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const environmentCreated = defineEvent({
  type: 'berth.environment.created.v1',
  producer: 'deployment-management',
  data: z.object({
    organizationId: id,
    projectId: id,
    environmentId: id,
    slug,
    kind: z.enum(['development', 'staging', 'production', 'preview']),
  }),
});
