import { z } from 'zod';
import { id } from '../common/values.js';
import { buildUsageSaid } from './build-usage.js';
import { defineEvent } from './define-event.js';
import { artifact, builtProcess } from './shapes.js';

export const buildSucceeded = defineEvent({
  type: 'berth.build.succeeded.v1',
  producer: 'build',
  data: z.object({
    buildId: id,
    deploymentId: id,
    workloadId: id,
    commit: z.string().nullable(),
    artifact,
    processes: z.array(builtProcess),
    reused: z.boolean(),
    ...buildUsageSaid,
  }),
});
