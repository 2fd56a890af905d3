import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** A worker took the build out of the queue: the wait for a slot is over. */
export const buildStarted = defineEvent({
  type: 'berth.build.started.v1',
  producer: 'build',
  data: z.object({ buildId: id, deploymentId: id, workloadId: id }),
});
