import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { processName } from '../../common/process-type.js';
import { id, instant, slug } from '../../common/values.js';
import { mountPath, storageClassName, volumeSize } from '../../common/volume.js';
import { RELEASE_PROCESS } from '../../runtime/task.js';

/** Changes at once and is no part of a release: every release of the workload finds the same volume. */
export const createVolume = z
  .strictObject({
    workloadId: id,
    /** Process type whose instances have it. */
    process: processName.default('web'),
    name: slug,
    mountPath,
    sizeMib: volumeSize,
    /** Null: what the cluster takes by default. */
    storageClass: storageClassName.nullable().default(null),
    /** Each instance has one of its own. Otherwise there is one volume, and one instance. */
    isPerInstance: z.boolean().default(false),
  })
  .refine(({ process }) => process !== RELEASE_PROCESS, {
    path: ['process'],
    error: 'the release command runs beside the instances and has no volume',
  })
  .meta({ id: 'CreateVolume' });
export type CreateVolume = z.infer<typeof createVolume>;

/** A volume may grow. */
export const updateVolume = z.strictObject({ sizeMib: volumeSize }).meta({ id: 'UpdateVolume' });
export type UpdateVolume = z.infer<typeof updateVolume>;

export const volume = z
  .object({
    id,
    workloadId: id,
    organizationId: id,
    process: z.string(),
    name: slug,
    mountPath: z.string(),
    /** Of one copy. */
    sizeMib: z.int().positive(),
    storageClass: z.string().nullable(),
    isPerInstance: z.boolean(),
    /** How many there are of it, kept when there are fewer instances again. */
    copies: z.int().positive(),
    /** What was seen on the cluster, all copies together; 0 until the first deployment asked for it. */
    provisionedBytes: z.int().nonnegative(),
    /** `deleting`: it is wanted no more, and something of it is still there. */
    state: z.enum(['pending', 'ready', 'deleting']),
    generation: z.int().positive(),
    createdAt: instant,
  })
  .meta({ id: 'Volume' });
export type Volume = z.infer<typeof volume>;

export const volumeQuery = pageQuery.extend({ workload: id });
export type VolumeQuery = z.infer<typeof volumeQuery>;
export const volumePage = pageOf(volume).meta({ id: 'VolumePage' });
