import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { quota } from './shapes.js';

export const organizationQuotaChanged = defineEvent({
  type: 'berth.organization.quota-changed.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id, quota }),
});
