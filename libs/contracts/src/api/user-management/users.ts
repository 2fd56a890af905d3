import { z } from 'zod';
import { id, instant } from '../../common/values.js';
import { displayName } from './values.js';

export const user = z
  .object({
    id,
    email: z.string(),
    displayName: z.string().nullable(),
    /** Platform administrator. */
    administrator: z.boolean(),
    generation: z.int().positive(),
    createdAt: instant,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

/** JSON merge patch (RFC 7396): null removes. */
export const updateMe = z.strictObject({ displayName: displayName.nullable().optional() }).meta({ id: 'UpdateMe' });
export type UpdateMe = z.infer<typeof updateMe>;
