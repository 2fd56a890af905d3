import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { podPatch } from '../../common/pod-patch.js';
import { autoscaling, healthCheck, processName } from '../../common/process-type.js';
import { id, instant, storable } from '../../common/values.js';
import { RELEASE_PROCESS } from '../../runtime/task.js';
import { gitRef } from './apps.js';
import { configScope } from './config-scopes.js';
import { releaseStrategy } from './strategies.js';

/** Instances per process type. A type that is not named runs one instance when it is `web`, else none. */
export const instanceCounts = z.record(processName, z.int().min(0).max(100));
export type InstanceCounts = z.infer<typeof instanceCounts>;

/** Bounds per process type; a type that is not named has a fixed number of instances. */
export const autoscalingBounds = z.record(processName, autoscaling);
export type AutoscalingBounds = z.infer<typeof autoscalingBounds>;

const processSizes = z.strictObject({
  cpuMillicores: z.int().min(10).max(64_000).optional(),
  memoryMib: z.int().min(16).max(262_144).optional(),
  health: healthCheck.optional(),
  /** Replaces the command that the source names. */
  command: z
    .string()
    .min(1)
    .max(4_000)
    .refine(storable, { error: 'must not hold a NUL character or half a surrogate pair' })
    .optional(),
});

/** Sizes and health checks for the next release, per process type. */
export const sizeSettings = z.record(processName, processSizes);
export type SizeSettings = z.infer<typeof sizeSettings>;

/** All that a workload says about its process types. A patch has a route and a permission of its own. */
export const processSettings = z.record(processName, processSizes.extend({ patch: podPatch.optional() }));
export type ProcessSettings = z.infer<typeof processSettings>;

const deadline = z.int().min(1).max(86_400);

/** Longest stay in each phase of a deployment, in seconds. */
export const phaseDeadlines = z.strictObject({
  queued: deadline.default(600),
  buildSlot: deadline.default(3_600),
  building: deadline.default(1_800),
  preparing: deadline.default(120),
  /** Of the release command, while the deployment is preparing. */
  releaseCommand: deadline.default(600),
  rolling: deadline.default(300),
  /** Of a canary, beyond the time that its steps are held. */
  shifting: deadline.default(600),
  verifying: deadline.default(60),
});
export type PhaseDeadlines = z.infer<typeof phaseDeadlines>;

/** A phase that is not named stays as it is: zod would fill in the defaults of `phaseDeadlines.partial()`. */
const phaseDeadlinesPatch = z.strictObject({
  queued: deadline.optional(),
  buildSlot: deadline.optional(),
  building: deadline.optional(),
  preparing: deadline.optional(),
  releaseCommand: deadline.optional(),
  rolling: deadline.optional(),
  shifting: deadline.optional(),
  verifying: deadline.optional(),
});

export const condition = z.object({
  type: z.string(),
  status: z.enum(['true', 'false', 'unknown']),
  reason: z.string(),
  message: z.string(),
  since: instant,
});
export type Condition = z.infer<typeof condition>;

export const createWorkload = z.strictObject({ appId: id, environmentId: id }).meta({ id: 'CreateWorkload' });
export type CreateWorkload = z.infer<typeof createWorkload>;

export const updateWorkload = z
  .strictObject({
    /** Null: the app's branch. */
    trackedRef: gitRef.nullable().optional(),
    deadlines: phaseDeadlinesPatch.optional(),
    /** How long an instance may take until it is ready, in seconds. */
    startDeadlineSeconds: z.int().min(1).max(3_600).optional(),
    /** From the next deployment on; one that is under way goes on as it began. 422 where the workload cannot be released so. */
    strategy: releaseStrategy.optional(),
  })
  .meta({ id: 'UpdateWorkload' });
export type UpdateWorkload = z.infer<typeof updateWorkload>;

export const workload = z
  .object({
    id,
    appId: id,
    environmentId: id,
    projectId: id,
    organizationId: id,
    trackedRef: z.string().nullable(),
    /** Where it is placed. */
    cluster: z.string(),
    state: z.enum(['running', 'stopped']),
    counts: instanceCounts,
    autoscaling: autoscalingBounds,
    processSettings,
    deadlines: phaseDeadlines,
    startDeadlineSeconds: z.int(),
    strategy: releaseStrategy,
    url: z.string(),
    /** Hosts of its customer, or paths (`shop.example.com/api`), that are to lead to it; `/v1/domains` tells which do. */
    domains: z.array(z.string()),
    currentRelease: z.int().positive().nullable(),
    activeDeploymentId: id.nullable(),
    /** Scopes of whose config the current release has another version than the newest. */
    outOfDate: z.array(configScope),
    generation: z.int(),
    observedGeneration: z.int(),
    conditions: z.array(condition),
    createdAt: instant,
  })
  .meta({ id: 'Workload' });
export type Workload = z.infer<typeof workload>;

export const workloadQuery = pageQuery
  .extend({ project: id.optional(), app: id.optional(), environment: id.optional() })
  .refine((query) => query.project ?? query.app ?? query.environment, {
    error: 'name a project, an app or an environment',
  });
export type WorkloadQuery = z.infer<typeof workloadQuery>;
export const workloadPage = pageOf(workload).meta({ id: 'WorkloadPage' });

/** Counts and bounds change at once; sizes make a release. */
export const scaleWorkload = z
  .strictObject({
    /** A count ends the autoscaling of its process type. */
    counts: instanceCounts.default({}),
    sizes: sizeSettings.default({}),
    autoscaling: autoscalingBounds.default({}),
  })
  .refine((body) => Object.values(body).some((part) => Object.keys(part).length > 0), {
    error: 'name at least one process type',
  })
  .refine((body) => !(RELEASE_PROCESS in body.counts), {
    path: ['counts', RELEASE_PROCESS],
    error: 'the release command runs once per deployment and has no instances',
  })
  .refine((body) => !(RELEASE_PROCESS in body.autoscaling), {
    path: ['autoscaling', RELEASE_PROCESS],
    error: 'the release command runs once per deployment and has no instances',
  })
  .refine((body) => !Object.keys(body.autoscaling).some((name) => name in body.counts), {
    path: ['autoscaling'],
    error: 'a process type has either a count or bounds',
  })
  .meta({ id: 'ScaleWorkload' });
export type ScaleWorkload = z.infer<typeof scaleWorkload>;

/** What a change answers: the workload, and the deployment that brings the change about when it needs a release. */
export const workloadChange = z.object({ workload, deploymentId: id.nullable() }).meta({ id: 'WorkloadChange' });
export type WorkloadChange = z.infer<typeof workloadChange>;

/** `evenIfUsed`: the links of others to it lead nowhere from then on. */
export const deleteWorkloadQuery = z.object({ evenIfUsed: z.stringbool().default(false) });
export type DeleteWorkloadQuery = z.infer<typeof deleteWorkloadQuery>;
