import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** For good: whoever keeps anything of it removes it. */
export const organizationDeleted = defineEvent({
  type: 'berth.organization.deleted.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id }),
});
