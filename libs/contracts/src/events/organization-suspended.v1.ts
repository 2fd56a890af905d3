import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** Its workloads stop and its data stays; its members may only read. */
export const organizationSuspended = defineEvent({
  type: 'berth.organization.suspended.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id }),
});
