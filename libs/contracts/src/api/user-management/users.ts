import { z } from 'zod';
import { id, instant } from '../../common/values.js';
import { username } from './usernames.js';
import { displayName } from './values.js';

export const user = z
  .object({
    id,
    email: z.string(),
    /** Unique on the platform; its person may log in with it. */
    username: z.string(),
    displayName: z.string().nullable(),
    /** Platform administrator. */
    administrator: z.boolean(),
    generation: z.int().positive(),
    createdAt: instant,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

/** JSON merge patch (RFC 7396): null removes. */
export const updateMe = z
  .strictObject({
    displayName: displayName.nullable().optional(),
    /** Another one needs a session whose person was proven a short while ago. The former one is nobody else's for 30 days. */
    username: username.optional(),
  })
  .meta({ id: 'UpdateMe' });
export type UpdateMe = z.infer<typeof updateMe>;
