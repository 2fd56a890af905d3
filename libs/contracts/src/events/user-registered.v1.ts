import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const userRegistered = defineEvent({
  type: 'berth.user.registered.v1',
  producer: 'user-management',
  data: z.object({ userId: id }),
});
