import { z } from 'zod';
import { cause } from '../common/causes.js';
import { processName } from '../common/process-type.js';
import { digest, id, instant } from '../common/values.js';
import { observedVolume } from './volume.js';

export const instanceExit = z.object({
  code: z.int().nullable(),
  signal: z.string().nullable(),
  at: instant,
  reason: z.enum(['exited', 'out_of_memory', 'start_deadline', 'unhealthy', 'stopped', 'lost']),
});
export type InstanceExit = z.infer<typeof instanceExit>;

export const observedInstance = z.object({
  /** `<process type>-<random>`, unique in the workload for ever. */
  id: z.string(),
  processType: processName,
  release: z.int().positive(),
  releaseHash: digest,
  artifactDigest: digest,
  configHash: digest,
  restartToken: z.string(),
  cpuMillicores: z.int().positive(),
  memoryMib: z.int().positive(),
  /** `backoff`: it ended and will be started again; `stopping`: it no longer serves. */
  state: z.enum(['starting', 'ready', 'unready', 'backoff', 'stopping']),
  /** Listed as an upstream of the workload's route. */
  routed: z.boolean(),
  restarts: z.int().nonnegative(),
  startedAt: instant,
  /** Since when it serves without a break; null while it does not. */
  readySince: instant.nullable(),
  lastExit: instanceExit.nullable(),
  /** Why it is not ready, as far as the runtime can tell; null while it starts normally or is ready. */
  trouble: z.object({ cause, message: z.string(), evidence: z.array(z.string()) }).nullable(),
});
export type ObservedInstance = z.infer<typeof observedInstance>;

export const observedWorkload = z.object({
  workloadId: id,
  /** Generation of the desired state that the runtime works on. */
  observedGeneration: z.int().positive(),
  /** Something of what was there before is kept until this is stated anew: former instances, for one; absent where nothing is. */
  onTrial: z.literal(true).optional(),
  instances: z.array(observedInstance),
  /** A host, or a path of it, is accepted when the gateway routes it to at least one ready instance. */
  routes: z.array(z.object({ host: z.string(), path: z.string().optional(), accepted: z.boolean() })),
  /** Percent of the requests that the route gives to the canary now; absent while it gives it none. */
  canaryWeight: z.int().min(0).max(100).optional(),
  /** A canary that is stated no more may still be sent requests; absent when there is none. */
  canaryLeaves: z.literal(true).optional(),
  /** What there is of its volumes, those on their way out included. */
  volumes: z.array(observedVolume).optional(),
  /** When the set of instances that serve (see `serves`) last changed, by the runtime's clock. */
  changedAt: instant,
  /** A trouble of the workload as a whole (artifact missing, quota, no port free); null when there is none. */
  trouble: z.object({ cause, message: z.string(), evidence: z.array(z.string()) }).nullable(),
});
export type ObservedWorkload = z.infer<typeof observedWorkload>;

/**
 * Whether an instance does the work it is paid for: it is ready and, for `web`, gets requests. A former instance that is
 * held to fall back to, or a new one that is not in charge yet, does not.
 */
export const serves = ({ processType, readySince, routed }: ObservedInstance): boolean =>
  readySince !== null && (processType !== 'web' || routed);

/** What an instance answered since somebody began to count, which may begin anew at any time. */
export const instanceTraffic = z.object({
  instance: z.string(),
  release: z.int().positive(),
  requests: z.int().nonnegative(),
  /** Those of them that were answered with 5xx, or not at all. */
  errors: z.int().nonnegative(),
});
export type InstanceTraffic = z.infer<typeof instanceTraffic>;

export const logLine = z.object({
  /** Opaque and increasing per workload: what a reader resumes after. */
  cursor: z.string(),
  at: instant,
  process: processName,
  instance: z.string(),
  stream: z.enum(['stdout', 'stderr', 'platform']),
  text: z.string(),
  /** Where it was said, when the workload stands on several clusters. */
  cluster: z.string().optional(),
});
export type LogLine = z.infer<typeof logLine>;

/** What an instance that is ready uses at the moment, or a task that runs. */
export const measurement = z.object({
  workloadId: id,
  processType: processName,
  /** Of a task: since when it runs. */
  readySince: instant,
  cpuMillicores: z.int().nonnegative(),
  memoryBytes: z.int().nonnegative(),
});
export type Measurement = z.infer<typeof measurement>;

/** What a volume of an instance holds. */
export const volumeStats = z.object({
  id,
  /** Null: nobody who may be asked knows. */
  usedBytes: z.int().nonnegative().nullable(),
  /** What is provisioned. */
  capacityBytes: z.int().nonnegative(),
});
export type VolumeStats = z.infer<typeof volumeStats>;

/** Who said how much is in use: `runtime` is whoever runs the instances as local processes. */
export const statsSources = z.object({
  usage: z.enum(['runtime', 'metrics.k8s.io', 'prometheus']),
  /** Null: nobody who may be asked knows. */
  storage: z.enum(['runtime', 'kubelet', 'prometheus']).nullable(),
  /** Absent: nobody who may be asked knows. */
  network: z.literal('prometheus').optional(),
});
export type StatsSources = z.infer<typeof statsSources>;

/** What passes through the network devices of an instance, over the last minutes. */
export const networkStats = z.object({
  receivedBytesPerSecond: z.int().nonnegative(),
  sentBytesPerSecond: z.int().nonnegative(),
});
export type NetworkStats = z.infer<typeof networkStats>;

/** Live statistics of one instance. */
export const instanceStats = z.object({
  instance: z.string(),
  process: processName,
  release: z.int().positive(),
  state: z.string(),
  /** CPU use over the last sampling interval, in millicores. */
  cpuMillicores: z.int().nonnegative(),
  /** Resident memory of all its processes, in bytes. */
  memoryBytes: z.int().nonnegative(),
  /** Bytes that it holds in its own writable folders, which end with it; null: nobody who may be asked knows. */
  storageBytes: z.int().nonnegative().nullable(),
  /** Of the volumes that it has. */
  volumes: z.array(volumeStats),
  /** Absent: nobody who may be asked knows. */
  network: networkStats.optional(),
  sources: statsSources,
  cpuLimitMillicores: z.int().positive(),
  memoryLimitBytes: z.int().positive(),
});
export type InstanceStats = z.infer<typeof instanceStats>;
