import { z } from 'zod';
import { id, slug } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** Workloads can be placed on another cluster. */
export const clusterRegistered = defineEvent({
  type: 'berth.cluster.registered.v1',
  producer: 'deployment-management',
  data: z.object({ clusterId: id, name: slug, region: z.string().nullable() }),
});
