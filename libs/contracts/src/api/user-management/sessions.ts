import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant } from '../../common/values.js';

export const session = z
  .object({
    id,
    createdAt: instant,
    lastUsedAt: instant,
    expiresAt: instant,
    userAgent: z.string().nullable(),
    /** Whether it is the session that asks. */
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;
export const sessionPage = pageOf(session).meta({ id: 'SessionPage' });
