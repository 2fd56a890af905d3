import { z } from 'zod';
import { processName } from '../../common/process-type.js';
import { id, instant } from '../../common/values.js';
import { RELEASE_PROCESS } from '../../runtime/task.js';

const boundsOf = (least: number, most: number) =>
  z
    .strictObject({ min: z.int().min(least).max(most), max: z.int().min(least).max(most) })
    .refine(({ min, max }) => min <= max, { path: ['max'], error: 'must not be less than min' });

/** What one instance may be given, per resource; one that is not named keeps the size that it has. */
export const verticalBounds = z
  .strictObject({ cpuMillicores: boundsOf(10, 64_000).optional(), memoryMib: boundsOf(16, 262_144).optional() })
  .refine((bounds) => bounds.cpuMillicores ?? bounds.memoryMib, { error: 'name cpuMillicores, memoryMib or both' });
export type VerticalBounds = z.infer<typeof verticalBounds>;

/** Whole: a process type that is not named keeps its size. */
export const setVertical = z
  .strictObject({ processes: z.record(processName, verticalBounds) })
  .refine(({ processes }) => Object.keys(processes).length > 0, {
    path: ['processes'],
    error: 'name at least one process type',
  })
  .refine(({ processes }) => !(RELEASE_PROCESS in processes), {
    path: ['processes', RELEASE_PROCESS],
    error: 'the release command is not looked at while it runs',
  })
  .meta({ id: 'SetVertical' });
export type SetVertical = z.infer<typeof setVertical>;

/**
 * `watching`: the sizes fit, or too little was seen yet; `waiting`: something else is under way, or nothing runs; `resizing`:
 * a release with other sizes is under way; `blocked`: there is no room in the quota; `failed`: such a release failed, and was
 * undone.
 */
export const verticalState = z.enum(['watching', 'waiting', 'resizing', 'blocked', 'failed']);
export type VerticalState = z.infer<typeof verticalState>;

export const vertical = z
  .object({
    workloadId: id,
    processes: z.record(processName, verticalBounds),
    state: verticalState,
    /** What was decided last, with its figures. */
    message: z.string(),
    /** The last deployment that was made for another size. */
    deploymentId: id.nullable(),
    /** Before that there is no other size. */
    restsUntil: instant.nullable(),
  })
  .meta({ id: 'Vertical' });
export type Vertical = z.infer<typeof vertical>;
