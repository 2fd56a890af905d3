import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { imageReference } from './apps.js';

export const isolationWall = z.object({
  name: z.enum(['secret', 'token', 'quota', 'pod-security', 'network', 'dns']),
  /** `not-proven`: it was not seen to hold, nor to be broken. */
  outcome: z.enum(['passed', 'failed', 'not-proven']),
  message: z.string(),
  /** What to do; null when it passed. */
  nextStep: z.string().nullable(),
});
export type IsolationWall = z.infer<typeof isolationWall>;

export const createIsolationCheck = z
  .strictObject({
    /** Pods are started from it to try the network: any with Node.js, as `node`. Null: no pod is started. */
    image: imageReference.nullable().default(null),
  })
  .meta({ id: 'CreateIsolationCheck' });
export type CreateIsolationCheck = z.infer<typeof createIsolationCheck>;

/** Two tenants were made on a cluster, one of them tried to get at the other, and both were taken away. */
export const isolationCheck = z
  .object({
    id,
    clusterId: id,
    image: z.string().nullable(),
    /** Null while it is being found out. `isolated`: every wall passed; `not-isolated`: one failed. */
    verdict: z.enum(['isolated', 'not-isolated', 'not-proven']).nullable(),
    walls: z.array(isolationWall),
    /** What keeps the tenants from being taken away; null while nothing does. */
    heldBy: z.string().nullable(),
    requestedBy: z.string(),
    createdAt: instant,
    /** When nothing of the tenants was left on the cluster. */
    endedAt: instant.nullable(),
  })
  .meta({ id: 'IsolationCheck' });
export type IsolationCheck = z.infer<typeof isolationCheck>;
export const isolationCheckPage = pageOf(isolationCheck).meta({ id: 'IsolationCheckPage' });
