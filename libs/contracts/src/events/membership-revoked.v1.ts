import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { scope } from './shapes.js';

/** The subject of the event is the organization: its `aggregateversion` is the version of the organization's access state. */
export const membershipRevoked = defineEvent({
  type: 'berth.membership.revoked.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id, subjectId: id, scope }),
});
