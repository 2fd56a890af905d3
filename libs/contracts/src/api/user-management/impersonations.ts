import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant } from '../../common/values.js';

/** An administrator who wants to see what a person sees, or does so with that person's consent. */
export const impersonation = z
  .object({
    id,
    userId: id,
    administratorId: id,
    reason: z.string(),
    /** asked: nobody has consented yet, and until then nothing can be seen. */
    state: z.enum(['asked', 'consented']),
    createdAt: instant,
    /** Of the question, or of the consent. */
    expiresAt: instant,
  })
  .meta({ id: 'Impersonation' });
export type ImpersonationView = z.infer<typeof impersonation>;
export const impersonationPage = pageOf(impersonation).meta({ id: 'ImpersonationPage' });
