import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { volumeFact } from './volume-fact.js';

export const volumeCreated = defineEvent({
  type: 'berth.volume.created.v1',
  producer: 'deployment-management',
  data: z.object({ ...volumeFact.shape }),
});
