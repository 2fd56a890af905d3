import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const groupDeleted = defineEvent({
  type: 'berth.group.deleted.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id, groupId: id }),
});
