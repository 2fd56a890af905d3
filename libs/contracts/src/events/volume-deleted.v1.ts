import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { volumeFact } from './volume-fact.js';

export const volumeDeleted = defineEvent({
  type: 'berth.volume.deleted.v1',
  producer: 'deployment-management',
  data: z.object({ ...volumeFact.shape }),
});
