import { z } from 'zod';

const holdSeconds = z.int().min(1).max(86_400);

/** Percent of the requests that the new release gets, and for how long before the next step. */
export const canaryStep = z.strictObject({ weight: z.int().min(1).max(100), holdSeconds });
export type CanaryStep = z.infer<typeof canaryStep>;

/** It is taken back when more of its answers than `maxErrorPercent` are 5xx, once it gave `minRequests` in a step. */
const limits = {
  maxErrorPercent: z.int().min(0).max(99).default(5),
  minRequests: z.int().min(1).max(1_000_000).default(20),
};

const steps = z
  .array(canaryStep.extend({ weight: z.int().min(1).max(99) }))
  .min(1)
  .max(20)
  .superRefine((all, context) => {
    const at = all.findIndex(({ weight }, index) => index > 0 && weight <= (all[index - 1]?.weight ?? 0));
    if (at > 0)
      context.addIssue({ code: 'custom', path: [at, 'weight'], message: 'must be more than in the step before' });
  });

/** How a release takes the place of the one before. */
export const releaseStrategy = z
  .discriminatedUnion('kind', [
    /** As soon as its instances are ready. */
    z.strictObject({ kind: z.literal('rolling') }),
    /** Users meet it step by step; it is taken back when it fails them. */
    z.strictObject({ kind: z.literal('canary'), steps, ...limits }),
    /** Whole beside the former release, without requests until all of it is ready; then it gets all of them at once. */
    z.strictObject({
      kind: z.literal('blue-green'),
      /** For how long the former release stays up afterwards, whole, to get all requests back at once. */
      holdSeconds: holdSeconds.default(600),
      /** Somebody has to promote it before it gets requests, within so many seconds. Absent: nobody has to. */
      promoteWithinSeconds: z.int().min(60).max(604_800).optional(),
      ...limits,
    }),
  ])
  .meta({ id: 'ReleaseStrategy' });
export type ReleaseStrategy = z.infer<typeof releaseStrategy>;
export type SharingStrategy = Exclude<ReleaseStrategy, { kind: 'rolling' }>;
