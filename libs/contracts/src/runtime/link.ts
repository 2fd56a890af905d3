import { z } from 'zod';
import { id, slug } from '../common/values.js';

/** The processes of a workload may reach the `web` of another one in the same namespace, and find it in their variables. */
export const desiredLink = z.object({
  workloadId: id,
  /** Of the other one: what the variables are named after. */
  name: slug,
  /** Host of the other one's route. */
  host: z.string(),
  /** Only the release that is being replaced has it: it stays open while that serves, and is in no variables. */
  isFormer: z.literal(true).optional(),
});
export type DesiredLink = z.infer<typeof desiredLink>;
