import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** A cluster could not be asked twice in a row: what runs there goes on, and nothing of it can be changed or seen. */
export const clusterUnreachable = defineEvent({
  type: 'berth.cluster.unreachable.v1',
  producer: 'deployment-management',
  data: z.object({ clusterId: id, reason: z.string() }),
});
