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
    /** Network address from which it began. Null: it is older than the keeping of it. */
    address: z.string().nullable(),
    /** Where that is: `local network`, or a town and its country as far as the platform has a database that says so. Null: not known. */
    place: z.string().nullable(),
    /** Whether it is the session that asks. */
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;
export const sessionPage = pageOf(session).meta({ id: 'SessionPage' });
