import { z } from 'zod';
import { id } from '../../common/values.js';

/** When what runs in an environment leaves a cluster by itself. */
export const setFailover = z
  .strictObject({
    /** How long a cluster has not answered before its place is taken: whoever is only cut off from us may still serve. At least a minute. */
    afterSeconds: z.int().min(1).max(86_400).default(300),
    /** Also what runs more than `web`: until the former cluster answers, nobody can end what may still run there. */
    workersMayRunTwice: z.boolean().default(false),
  })
  .meta({ id: 'SetFailover' });
export type SetFailover = z.infer<typeof setFailover>;

export const failover = z
  .object({ environmentId: id, afterSeconds: z.int(), workersMayRunTwice: z.boolean() })
  .meta({ id: 'Failover' });
export type Failover = z.infer<typeof failover>;
