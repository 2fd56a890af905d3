import { z } from 'zod';
import { environmentKind } from '../common/environment-kind.js';
import { autoscaling, processName, processType } from '../common/process-type.js';
import { digest, id } from '../common/values.js';
import { artifact } from '../events/shapes.js';
import { desiredLink } from './link.js';
import { protection } from './protection.js';
import { sharedPath } from './route.js';
import { desiredVolume } from './volume.js';

/** A process type with how many instances of it should run. */
export const desiredProcess = processType.extend({
  instances: z.int().min(0).max(1_000),
  /** When it is there, `instances` is only where to begin, and the number is the runtime's. */
  autoscaling: autoscaling.optional(),
  /** Absent: its instances keep nothing. */
  volumes: z.array(desiredVolume).optional(),
});
export type DesiredProcess = z.infer<typeof desiredProcess>;

/** Read only, below the folder that `BERTH_FILES` names. Written where instances run, for as long as they do. */
export const desiredFile = z.strictObject({
  path: z.string(),
  /** In base64; empty where only what was stated is kept. */
  content: z.base64(),
});
export type DesiredFile = z.infer<typeof desiredFile>;

/** By path, each once, and none of them a folder of another. Absent: none. */
const files = z.array(desiredFile).optional();

const desiredRelease = z.object({ number: z.int().positive(), hash: digest, configHash: digest, artifact });

/**
 * A second release that gets a part of the requests on purpose. Only its `web` runs, beside the whole of the first one; what
 * is not named here is as for the first.
 */
export const desiredCanary = z.strictObject({
  release: desiredRelease,
  environment: z.record(z.string(), z.string()),
  files,
  restartToken: z.string(),
  process: desiredProcess,
  /** What its instances are told of; doors are opened for those of the workload. */
  links: z.array(desiredLink).optional(),
  /** Percent of the requests that it is to get; 0: its instances run without any. */
  weight: z.int().min(0).max(100),
});
export type DesiredCanary = z.infer<typeof desiredCanary>;

/**
 * Everything the runtime must know to run one workload: exactly one release, with counts and routes.
 *
 * While the instances of this release are not ready, those of the release before keep serving; the runtime retires them
 * only when the new ones are ready and routed, and may hold those of `web` for a moment longer, ready but without
 * requests, to fall back to. Applying the former desired state again is the rollback.
 */
export const desiredWorkload = z.strictObject({
  workloadId: id,
  organizationId: id,
  projectId: id,
  environmentId: id,
  appId: id,
  /** Isolation border on a cluster, from the environment; see the naming rule of the domain. */
  namespace: z.string().regex(/^[a-z0-9-]{1,63}$/),
  /**
   * What gives way to what where there is not room for all of it. Absent for a runtime without such an order, and for what
   * was stated before there was one.
   */
  environmentKind: environmentKind.optional(),
  /** Readable, unique in its namespace: the app's slug. */
  name: z.string(),
  /** Raised at each change of the desired state, but for its trial; `observedGeneration` echoes it. */
  generation: z.int().positive(),
  release: desiredRelease,
  /** Config and secrets of the release. Never logged, never written to disk by a runtime. */
  environment: z.record(z.string(), z.string()),
  /** Config and secrets of the release that are files. Never logged. */
  files,
  processes: z.array(desiredProcess),
  /** Workloads that it may reach. Variables that lead there never replace one of `environment`. Absent: none. */
  links: z.array(desiredLink).optional(),
  /**
   * As whom its image is pulled. `version` changes with them; where only what was stated is kept there are no logins. Absent
   * for a runtime that pulls nothing.
   */
  registries: z
    .object({
      version: z.string().max(64),
      logins: z.array(z.object({ registry: z.string(), username: z.string(), password: z.string() })),
    })
    .optional(),
  /** All of them lead to it, but for paths that others have. */
  hosts: z.array(z.string()),
  /** Of hosts that it shares. Absent: none. */
  paths: z.array(sharedPath).optional(),
  /** Of all its hosts and paths. Absent: whoever asks is led there. */
  protection: protection.optional(),
  /** A change of this token replaces all instances although the release is the same. */
  restartToken: z.string(),
  /**
   * When its release is stated as the workload's, its instances become those of the workload, unrestarted, or serve until others
   * of that release do.
   */
  canary: desiredCanary.optional(),
  /** The release was not found live yet. A runtime that holds former instances holds them until this is stated no more. */
  onTrial: z.literal(true).optional(),
  /**
   * What the organization may have in all, on every cluster together: that is counted elsewhere, before anything is stated.
   * A runtime that can puts a second wall there, so that no mistake of ours takes a cluster.
   */
  quota: z
    .object({
      cpuMillicores: z.int().nonnegative(),
      memoryMib: z.int().nonnegative(),
      storageMib: z.int().nonnegative().optional(),
    })
    .optional(),
  /** How long an instance may take from its start until it is ready. */
  startDeadlineSeconds: z.int().positive(),
  /** How long an instance may take from SIGTERM to its end. */
  stopDeadlineSeconds: z.int().positive(),
});
export type DesiredWorkload = z.infer<typeof desiredWorkload>;

/** The canary as a workload of its own: what its instances are made from and compared with. Undefined when there is none. */
export function asCanary({
  canary,
  links: _links,
  files: _files,
  onTrial: _onTrial,
  ...workload
}: DesiredWorkload): DesiredWorkload | undefined {
  if (!canary) return undefined;
  const { release, environment, files, links, restartToken, process } = canary;
  const told = { ...(files && { files }), ...(links && { links }) };
  return { ...workload, release, environment, ...told, restartToken, processes: [process] };
}

export const logQuery = z.object({
  process: processName.optional(),
  instance: z.string().optional(),
  /** Lines at or after this instant. */
  since: z.iso.datetime().optional(),
  /** Only the last so many of the stored lines, of each cluster. */
  tail: z.coerce.number().int().min(0).max(10_000).optional(),
  follow: z.union([z.boolean(), z.stringbool()]).default(false),
  /** Lines after this cursor: how a reader resumes. */
  after: z.string().max(2_000).optional(),
});
export type LogQuery = z.infer<typeof logQuery>;
