import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** A cluster that was unreachable answers again. */
export const clusterRecovered = defineEvent({
  type: 'berth.cluster.recovered.v1',
  producer: 'deployment-management',
  data: z.object({ clusterId: id }),
});
