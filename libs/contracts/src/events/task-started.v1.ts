import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { taskFact } from './task-fact.js';

export const taskStarted = defineEvent({
  type: 'berth.task.started.v1',
  producer: 'deployment-management',
  data: z.object({ ...taskFact.shape }),
});
