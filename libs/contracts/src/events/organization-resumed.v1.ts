import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const organizationResumed = defineEvent({
  type: 'berth.organization.resumed.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id }),
});
