import { z } from 'zod';
import { instanceStats, observedInstance } from '../../runtime/observed.js';

/** On a workload that stands on several clusters: where each is, and which of them did not answer. */
const placed = { cluster: z.string() };
const silent = z.array(z.string());

/** Instances as the runtime reports them now. */
export const instanceList = z
  .object({ items: z.array(observedInstance.extend(placed)), silent })
  .meta({ id: 'InstanceList' });
export type InstanceList = z.infer<typeof instanceList>;

/** One sample of live statistics of all instances of a workload. */
export const statsSample = z
  .object({ at: z.string(), items: z.array(instanceStats.extend(placed)), silent })
  .meta({ id: 'StatsSample' });
export type StatsSample = z.infer<typeof statsSample>;
