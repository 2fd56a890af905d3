import { z } from 'zod';
import { id } from '../common/values.js';

/** Which run of a command it is, and on what; without a deployment it was asked for by a person. */
export const taskFact = z.object({
  organizationId: id,
  workloadId: id,
  taskId: id,
  deploymentId: id.nullable(),
  release: z.int().positive(),
});
