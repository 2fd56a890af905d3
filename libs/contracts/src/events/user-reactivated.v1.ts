import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const userReactivated = defineEvent({
  type: 'berth.user.reactivated.v1',
  producer: 'user-management',
  data: z.object({ userId: id }),
});
