import { z } from 'zod';

/** Percent of the requests that the new release gets, and for how long before the next step. */
export const canaryStep = z.strictObject({
  weight: z.int().min(1).max(99),
  holdSeconds: z.int().min(1).max(86_400),
});
export type CanaryStep = z.infer<typeof canaryStep>;

const steps = z
  .array(canaryStep)
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
    z.strictObject({
      kind: z.literal('canary'),
      steps,
      /** It is taken back when more of its answers than this are 5xx, ... */
      maxErrorPercent: z.int().min(0).max(99).default(5),
      /** ... once it gave so many in a step. */
      minRequests: z.int().min(1).max(1_000_000).default(20),
    }),
  ])
  .meta({ id: 'ReleaseStrategy' });
export type ReleaseStrategy = z.infer<typeof releaseStrategy>;
export type CanaryStrategy = Extract<ReleaseStrategy, { kind: 'canary' }>;
