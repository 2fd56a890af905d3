import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** What the organization asks of the sessions of its members. */
export const organizationSecurityChanged = defineEvent({
  type: 'berth.organization.security-changed.v1',
  producer: 'user-management',
  data: z.object({ organizationId: id, secondFactorRequired: z.boolean() }),
});
