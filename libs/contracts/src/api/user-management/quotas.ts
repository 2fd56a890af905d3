import { z } from 'zod';
import { quota } from '../../events/shapes.js';

export const putQuota = z.strictObject(quota.shape).meta({ id: 'PutQuota' });
export type PutQuota = z.infer<typeof putQuota>;

/** What an organization may use. */
export const quotaView = quota.meta({ id: 'Quota' });
