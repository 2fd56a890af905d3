import { z } from 'zod';
import { mountPath, storageClassName, volumeSize } from '../common/volume.js';
import { id, slug } from '../common/values.js';

/** Storage of a process type that outlives its instances and releases: it ends when it is wanted no more, or with its workload. */
export const desiredVolume = z.object({
  id,
  name: slug,
  mountPath,
  sizeMib: volumeSize,
  /** What it began with: it may have grown, and never shrinks. */
  initialMib: volumeSize,
  /** Null: what the cluster takes by default. */
  storageClass: storageClassName.nullable(),
  /**
   * Each instance has one of its own, and keeps it when it is replaced. Otherwise there is one, and one writer: a former
   * instance has ended before the next one starts.
   */
  isPerInstance: z.boolean(),
  /** How many there are of it: one, or one for each instance that there ever was. */
  copies: z.int().min(1).max(100),
});
export type DesiredVolume = z.infer<typeof desiredVolume>;

export const observedVolume = z.object({
  id,
  /** What is provisioned, all copies together; a volume that is not told of has nothing. */
  bytes: z.int().nonnegative(),
});
export type ObservedVolume = z.infer<typeof observedVolume>;
