import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { volumeFact } from './volume-fact.js';

export const volumeResized = defineEvent({
  type: 'berth.volume.resized.v1',
  producer: 'deployment-management',
  data: z.object({ ...volumeFact.shape }),
});
