import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** Nothing of the person is left here; whoever keeps anything under the id erases it. */
export const userDeleted = defineEvent({
  type: 'berth.user.deleted.v1',
  producer: 'user-management',
  data: z.object({ userId: id }),
});
