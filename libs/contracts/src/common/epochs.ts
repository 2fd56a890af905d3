import { z } from 'zod';
import { instant } from './values.js';

/** Begins the next epoch of a service's events, after its database was restored. */
export const raiseEpoch = z
  .strictObject({
    reason: z.string().trim().min(1).max(1_000),
    /** The epoch to be left; for a database that does not show by itself that it was restored. */
    over: z.int().nonnegative().max(2_147_483_646).optional(),
  })
  .meta({ id: 'RaiseEpoch' });
export type RaiseEpoch = z.infer<typeof raiseEpoch>;

export const raisedEpoch = z
  .object({
    epoch: z.int().nonnegative(),
    beganAt: instant.nullable(),
    /** False: it had begun before, and nothing of what was restored is older. */
    isNew: z.boolean(),
  })
  .meta({ id: 'RaisedEpoch' });
export type RaisedEpoch = z.infer<typeof raisedEpoch>;
