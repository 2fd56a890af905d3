import { z } from 'zod';
import { instanceStats, observedInstance } from '../../runtime/observed.js';

/** Instances as the runtime reports them now. */
export const instanceList = z.object({ items: z.array(observedInstance) }).meta({ id: 'InstanceList' });
export type InstanceList = z.infer<typeof instanceList>;

/** One sample of live statistics of all instances of a workload. */
export const statsSample = z.object({ at: z.string(), items: z.array(instanceStats) }).meta({ id: 'StatsSample' });
export type StatsSample = z.infer<typeof statsSample>;
