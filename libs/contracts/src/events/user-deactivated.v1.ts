import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** By the person, by an administrator, or on the way to being deleted. Sessions and API tokens are revoked by events of their own. */
export const userDeactivated = defineEvent({
  type: 'berth.user.deactivated.v1',
  producer: 'user-management',
  data: z.object({ userId: id }),
});
