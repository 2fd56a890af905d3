import { z } from 'zod';
import { processName } from '../common/process-type.js';
import { id, instant, slug } from '../common/values.js';

/**
 * How much storage a volume has provisioned from a moment on, all of its copies together: what its usage follows from.
 * The subject is the volume; its facts are contiguous, and each begins with what the one before ended with.
 */
export const volumeFact = z.object({
  organizationId: id,
  projectId: id,
  environmentId: id,
  appId: id,
  workloadId: id,
  volumeId: id,
  name: slug,
  processType: processName,
  cluster: z.string(),
  /** Null: what the cluster takes by default. */
  storageClass: z.string().nullable(),
  /** Bytes until `effectiveAt`; 0 when it begins. */
  formerBytes: z.int().nonnegative(),
  /** Bytes from `effectiveAt` on; 0 when it ends. */
  provisionedBytes: z.int().nonnegative(),
  /** When it was first seen to be so. */
  effectiveAt: instant,
});
export type VolumeFact = z.infer<typeof volumeFact>;
