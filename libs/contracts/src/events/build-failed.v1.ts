import { z } from 'zod';
import { failure } from '../common/causes.js';
import { id } from '../common/values.js';
import { buildUsageSaid } from './build-usage.js';
import { defineEvent } from './define-event.js';

export const buildFailed = defineEvent({
  type: 'berth.build.failed.v1',
  producer: 'build',
  data: z.object({ buildId: id, deploymentId: id, workloadId: id, failure, ...buildUsageSaid }),
});
