import { z } from 'zod';
import { instant } from '../../common/values.js';

export const signingKeyView = z
  .object({
    kid: z.string(),
    /** pending: verifies everywhere before it signs; active: signs; retired: verifies until `notAfter`. */
    state: z.enum(['pending', 'active', 'retired']),
    createdAt: instant,
    notAfter: instant.nullable(),
  })
  .meta({ id: 'SigningKey' });
export type SigningKeyView = z.infer<typeof signingKeyView>;
export const signingKeyList = z.object({ items: z.array(signingKeyView) }).meta({ id: 'SigningKeyList' });
