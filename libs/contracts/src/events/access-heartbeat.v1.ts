import { z } from 'zod';
import { instant } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** Each second; a consumer that hears none knows that its read copy may be stale. */
export const accessHeartbeat = defineEvent({
  type: 'berth.access.heartbeat.v1',
  producer: 'user-management',
  data: z.object({ at: instant }),
});
