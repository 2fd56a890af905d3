import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { taskFact } from './task-fact.js';

export const taskFinished = defineEvent({
  type: 'berth.task.finished.v1',
  producer: 'deployment-management',
  data: z.object({
    ...taskFact.shape,
    status: z.enum(['succeeded', 'failed', 'timeout', 'cancelled', 'lost']),
    exitCode: z.int().nullable(),
  }),
});
