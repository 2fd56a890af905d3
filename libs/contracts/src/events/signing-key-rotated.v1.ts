import { z } from 'zod';
import { instant } from '../common/values.js';
import { defineEvent } from './define-event.js';

/** States the whole set of keys that verify tokens. `notAfter` null: still signing or kept until rotated. */
export const signingKeyRotated = defineEvent({
  type: 'berth.signing-key.rotated.v1',
  producer: 'user-management',
  data: z.object({
    keys: z.array(
      z.object({ kid: z.string(), publicJwk: z.record(z.string(), z.unknown()), notAfter: instant.nullable() }),
    ),
  }),
});
