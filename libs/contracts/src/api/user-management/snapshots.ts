import { z } from 'zod';

/** Has the owner state an aggregate again, for a new or repaired consumer. */
export const createSnapshots = z
  .strictObject({ aggregate: z.enum(['organization', 'signing-key']) })
  .meta({ id: 'CreateIdentitySnapshots' });
export type CreateSnapshots = z.infer<typeof createSnapshots>;
