import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { digest, instant, slug } from '../../common/values.js';
import { instanceCounts } from './workloads.js';

const seconds = z.int().min(0).max(86_400);

/** Where a workload is to stand from now on. */
export const moveTo = z
  .strictObject({
    /** Name of a cluster. */
    cluster: slug,
    /** How long the former cluster goes on serving after the new one was found live: whoever leads users there follows meanwhile. */
    drainSeconds: seconds.default(60),
  })
  .meta({ id: 'MoveTo' });
export type MoveTo = z.infer<typeof moveTo>;

/** A further cluster that a workload is to stand on, too. */
export const addPlacement = z
  .strictObject({
    /** Name of a cluster. */
    cluster: slug,
    /** How many instances it runs there; what is not named runs one of `web` and none of others. */
    counts: instanceCounts.default({}),
  })
  .meta({ id: 'AddPlacement' });
export type AddPlacement = z.infer<typeof addPlacement>;

export const scalePlacement = z
  .strictObject({ counts: instanceCounts.refine((counts) => Object.keys(counts).length > 0, 'name a process type') })
  .meta({ id: 'ScalePlacement' });
export type ScalePlacement = z.infer<typeof scalePlacement>;

export const removePlacementQuery = z.strictObject({
  /** How long it goes on serving: ten minutes at most. It is paid for and in the quota until it is gone. */
  drainSeconds: z.coerce.number().pipe(z.int().min(0).max(600)).default(60),
});
export type RemovePlacementQuery = z.infer<typeof removePlacementQuery>;

/** `arriving`: not found live yet; `failed`: it was taken back, and nothing of the workload is there. */
export const placementState = z.enum(['arriving', 'active', 'draining', 'failed']);
export type PlacementState = z.infer<typeof placementState>;

/**
 * How far what is there is from what is wanted. `empty`: nothing was deployed yet; `waiting`: the cluster does not answer;
 * `failing`: what is there is in trouble, which the message names.
 */
export const placementPhase = z.enum(['empty', 'waiting', 'rolling', 'live', 'stopped', 'failing']);
export type PlacementPhase = z.infer<typeof placementPhase>;

/** What was seen there last. */
export const placementProof = z.object({
  release: z.int().positive(),
  artifactDigest: digest,
  configHash: digest,
  /** Those that are ready and run exactly that. */
  instances: z.array(z.string()),
  /** Every host leads to one of them. */
  routeAccepted: z.boolean(),
});
export type PlacementProof = z.infer<typeof placementProof>;

/** A workload on one cluster. */
export const placement = z
  .object({
    cluster: slug,
    region: z.string().nullable(),
    state: placementState,
    /** It answers for the workload: commands and schedules run there, and its counts are those of the workload. */
    isFirst: z.boolean(),
    /** Of those process types that were given one there. */
    counts: instanceCounts,
    /** Null until it was looked at. */
    phase: placementPhase.nullable(),
    proof: placementProof.nullable(),
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
