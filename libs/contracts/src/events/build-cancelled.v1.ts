import { z } from 'zod';
import { id } from '../common/values.js';
import { buildUsageSaid } from './build-usage.js';
import { defineEvent } from './define-event.js';

export const buildCancelled = defineEvent({
  type: 'berth.build.cancelled.v1',
  producer: 'build',
  data: z.object({ buildId: id, deploymentId: id, workloadId: id, ...buildUsageSaid }),
});
