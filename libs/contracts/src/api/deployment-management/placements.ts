import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { instant, slug } from '../../common/values.js';

/** Where a workload is to stand from now on. */
export const moveTo = z
  .strictObject({
    /** Name of a cluster. */
    cluster: slug,
    /** How long the former cluster goes on serving after the new one was found live: whoever leads users there follows meanwhile. */
    drainSeconds: z.int().min(0).max(86_400).default(60),
  })
  .meta({ id: 'MoveTo' });
export type MoveTo = z.infer<typeof moveTo>;

/** `arriving`: not found live yet; `failed`: it was taken back, and nothing of the workload is there. */
export const placementState = z.enum(['arriving', 'active', 'draining', 'failed']);
export type PlacementState = z.infer<typeof placementState>;

/** A workload on one cluster. */
export const placement = z
  .object({
    cluster: slug,
    region: z.string().nullable(),
    state: placementState,
    /** It came about by itself, because the cluster before did not answer. */
    isFailover: z.boolean(),
    /** What was seen there last, or why it did not arrive; null when there is nothing to say. */
    message: z.string().nullable(),
    /** Until when it goes on serving; null unless it drains. */
    drainUntil: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Placement' });
export type Placement = z.infer<typeof placement>;
export const placementPage = pageOf(placement).meta({ id: 'PlacementPage' });
