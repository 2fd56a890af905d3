import { z } from 'zod';
import { failure } from '../../common/causes.js';
import { pageOf, pageQuery } from '../../common/page.js';
import { digest, id, instant, ordinal } from '../../common/values.js';
import { allocationEntry, deploymentSource } from '../../events/shapes.js';
import { gitRef, imageReference } from './apps.js';
import { canaryStep } from './strategies.js';

export const deploymentStatus = z.enum([
  'queued',
  'building',
  'preparing',
  'rolling',
  'shifting',
  'verifying',
  'live',
  'retired',
  'failed',
  'cancelled',
  'superseded',
]);
export type DeploymentStatus = z.infer<typeof deploymentStatus>;

/** What to deploy: exactly one of the kinds. 422 when the runtime of the workload does not run what it leads to. */
export const createDeployment = z
  .strictObject({
    source: z.discriminatedUnion('kind', [
      /** `ref` absent: the workload's tracked ref, else the app's branch. */
      z.strictObject({ kind: z.literal('git'), ref: gitRef.optional() }),
      z.strictObject({ kind: z.literal('upload'), uploadId: id }),
      /** By digest, or by a tag that its registry is asked about when it is deployed. `image` absent: the app's. */
      z.strictObject({ kind: z.literal('image'), image: imageReference.optional() }),
      /** Rollback: artifact, config with its secret versions, and process sizes of a former release, as a new release. */
      z.strictObject({ kind: z.literal('release'), number: ordinal }),
      /** The artifact of a release of another workload of the same app, with this workload's own config. */
      z.strictObject({ kind: z.literal('promote'), workloadId: id, number: ordinal }),
    ]),
  })
  .meta({ id: 'CreateDeployment' });
export type CreateDeployment = z.infer<typeof createDeployment>;

export const timelineEntry = z.object({
  sequence: z.int().positive(),
  at: instant,
  from: deploymentStatus.nullable(),
  to: deploymentStatus,
  actor: z.string(),
  message: z.string(),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

const answered = z.object({ requests: z.int().nonnegative(), errors: z.int().nonnegative() });

/** How a canary went, step by step; a blue-green switch is one of a single step with all requests. */
export const canaryProgress = z.object({
  /** `waiting`: all of it is ready, and somebody has to promote it. */
  state: z.enum(['arriving', 'waiting', 'stepping', 'promoting', 'aborting']),
  /** It gets no requests, or got none, before somebody promoted it. */
  waitsUntilPromoted: z.boolean(),
  steps: z.array(canaryStep),
  /** Index of the step that it is at. */
  step: z.int().nonnegative(),
  /** Since when users have the weight of this step; null while it is on its way. */
  since: instant.nullable(),
  /** What was answered in each step that began; empty where nobody counts. */
  counts: z.array(z.object({ weight: z.int(), canary: answered, former: answered })),
});
export type CanaryProgress = z.infer<typeof canaryProgress>;

export const deployment = z
  .object({
    id,
    workloadId: id,
    organizationId: id,
    number: z.int().positive(),
    status: deploymentStatus,
    source: deploymentSource,
    buildId: id.nullable(),
    commit: z.string().nullable(),
    artifactReused: z.boolean().nullable(),
    release: z.int().positive().nullable(),
    /** Null unless two releases share the requests until it is live. */
    canary: canaryProgress.nullable(),
    failure: failure.nullable(),
    /** What happened to the release before: `v3 keeps serving`. */
    outcome: z.string().nullable(),
    url: z.string(),
    createdBy: z.string(),
    createdAt: instant,
    endedAt: instant.nullable(),
    timeline: z.array(timelineEntry),
    /** Milliseconds spent in each phase so far. */
    durations: z.record(z.string(), z.int().nonnegative()),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Deployment' });
export type Deployment = z.infer<typeof deployment>;

export const deploymentQuery = pageQuery.extend({ workload: id });
export type DeploymentQuery = z.infer<typeof deploymentQuery>;
export const deploymentPage = pageOf(deployment).meta({ id: 'DeploymentPage' });

/** What a deployment would change; nothing is stored. */
export const dryRun = z
  .object({
    /** Hash of the release that would be made; null before a build. */
    releaseHash: digest.nullable(),
    changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
    allocation: z.object({ before: z.array(allocationEntry), after: z.array(allocationEntry) }),
    /** Null unless two releases would share the requests for a while. Before a build its sizes are those of what is live. */
    canary: z
      .object({
        steps: z.array(canaryStep),
        /** For how long at most it waits to be promoted before its first step; null: it does not. */
        waitSeconds: z.int().positive().nullable(),
        /** All steps together; it lasts a little longer. */
        holdSeconds: z.int().positive(),
        /** The most that it has running beside what is live, in its last step. */
        allocation: z.array(allocationEntry),
        /** What the quota of the organization holds for it. */
        quota: z.object({ cpuMillicores: z.int().nonnegative(), memoryMib: z.int().nonnegative() }),
      })
      .nullable(),
    /** What one should know beforehand: who is without an instance for a moment, and why. */
    notes: z.array(z.string()),
    /** What it would fail with before an instance is touched; null: nothing is known against it. */
    failure: failure.nullable(),
  })
  .meta({ id: 'DryRun' });
export type DryRun = z.infer<typeof dryRun>;
