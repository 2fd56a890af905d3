import { z } from 'zod';

/** Has the owner state an aggregate again, for a new or repaired consumer. */
export const createPlaceSnapshots = z
  .strictObject({ aggregate: z.enum(['project', 'environment', 'app', 'workload', 'domain']) })
  .meta({ id: 'CreatePlaceSnapshots' });
export type CreatePlaceSnapshots = z.infer<typeof createPlaceSnapshots>;
