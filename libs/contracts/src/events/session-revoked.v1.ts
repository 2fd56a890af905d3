import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

export const sessionRevoked = defineEvent({
  type: 'berth.session.revoked.v1',
  producer: 'user-management',
  data: z.object({ sessionId: id, userId: id }),
});
