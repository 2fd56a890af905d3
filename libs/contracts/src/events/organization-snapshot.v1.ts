import { z } from 'zod';
import { id, slug } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { customRole, group, membership, quota } from './shapes.js';

/** The whole access state of an organization, for a new or repaired consumer. `aggregateversion` is the version it states. */
export const organizationSnapshot = defineEvent({
  type: 'berth.organization.snapshot.v1',
  producer: 'user-management',
  data: z.object({
    organizationId: id,
    slug,
    status: z.enum(['active', 'suspended']),
    quota,
    memberships: z.array(membership),
    roles: z.array(customRole).optional(),
    groups: z.array(group).optional(),
    secondFactorRequired: z.boolean().optional(),
  }),
});
