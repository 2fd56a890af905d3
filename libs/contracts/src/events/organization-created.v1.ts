import { z } from 'zod';
import { id, slug } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { quota } from './shapes.js';

export const organizationCreated = defineEvent({
  type: 'berth.organization.created.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id, slug, ownerId: id, quota }),
});
