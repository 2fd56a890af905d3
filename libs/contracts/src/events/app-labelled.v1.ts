import { z } from 'zod';
import { labelStated } from '../common/labels.js';
import { id, instant } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** States all labels that it has from a moment on. */
export const appLabelled = defineEvent({
  type: 'berth.app.labelled.v1',
  producer: 'deployment-management',
  data: z.object({ organizationId: id, projectId: id, appId: id, labels: z.array(labelStated), labelledAt: instant }),
});
