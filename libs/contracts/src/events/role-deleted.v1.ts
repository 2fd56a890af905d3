import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const roleDeleted = defineEvent({
  type: 'berth.role.deleted.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id, roleId: id }),
});
