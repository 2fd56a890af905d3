import { z } from 'zod';
import { labelStated } from '../common/labels.js';
import { id, instant } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** States all labels that it has from a moment on. */
export const environmentLabelled = defineEvent({
  type: 'berth.environment.labelled.v1',
  producer: 'deployment-management',
  data: z.object({
    organizationId: id,
    projectId: id,
    environmentId: id,
    labels: z.array(labelStated),
    labelledAt: instant,
  }),
});
