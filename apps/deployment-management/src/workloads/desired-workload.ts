import type { Release } from '@berth/contracts/deployment';
import {
  type DesiredProcess,
  type DesiredWorkload,
  type ObservedWorkload,
  RELEASE_PROCESS,
} from '@berth/contracts/runtime';
import { type Canary, canaryInstances, isSplit, weightOf } from '../canaries/canary.js';
import { desiredProtection } from '../protections/protection.js';
import { volumesOf } from '../volumes/volume.js';
import { instancesOf, type WorkloadRow } from './workload.js';
import type { WorkloadView } from './workload-views.js';

export const STOP_DEADLINE_SECONDS = 10;

/** What the runtime should run for a workload: one release with the workload's counts and routes. Pure. */
export function desiredWorkload(
  workload: WorkloadRow,
  release: Release,
  environment: Readonly<Record<string, string>>,
): DesiredWorkload {
  const { id: workloadId, organizationId, projectId, environmentId, appId, namespace, generation } = workload;
  return {
    workloadId,
    organizationId,
    projectId,
    environmentId,
    appId,
    namespace,
    name: workload.appSlug,
    generation,
    release: { number: release.number, hash: release.hash, configHash: release.configHash, artifact: release.artifact },
    environment: { ...environment },
    processes: release.processes
      .filter(({ name }) => name !== RELEASE_PROCESS)
      .map((type) => ({ ...type, ...scaleOf(workload, type.name), ...storageOf(workload, type.name) })),
    ...routedTo(workload),
    restartToken: restartTokenOf(workload, release),
    startDeadlineSeconds: workload.startDeadlineSeconds,
    stopDeadlineSeconds: STOP_DEADLINE_SECONDS,
  };
}

function routedTo({
  host: own,
  domains,
  protection: row,
}: WorkloadRow): Pick<DesiredWorkload, 'hosts' | 'paths' | 'protection'> {
  const hosts = [own, ...domains.filter(({ path }) => path === undefined).map(({ host }) => host)];
  const paths = domains.flatMap(({ host, path }) => (path === undefined ? [] : [{ host, path }]));
  const protection = desiredProtection(row);
  return { hosts, ...(paths.length > 0 && { paths }), ...(protection && { protection }) };
}

/** A desired state, and the releases that its variables and secrets come from. */
export interface Stated {
  readonly desired: DesiredWorkload;
  readonly release: Release;
  readonly canary?: Release;
}

/** `release` as what is desired, or beside the former one while it is a canary, or no more when that is taken back. */
export function statedFor(
  { workload, former, moving }: Pick<WorkloadView, 'workload' | 'former' | 'moving'>,
  release: Release,
): Stated {
  const canary = moving?.canary;
  if (canary && former && isSplit(canary)) {
    const desired = { ...desiredWorkload(workload, former, {}), canary: canaryOf(workload, release, canary) };
    return { desired, release: former, canary: release };
  }
  if (canary?.state === 'aborting' && former)
    return { desired: desiredWorkload(workload, former, {}), release: former };
  return { desired: { ...desiredWorkload(workload, release, {}), ...(moving && { onTrial: true }) }, release };
}

function canaryOf(workload: WorkloadRow, release: Release, canary: Canary): NonNullable<DesiredWorkload['canary']> {
  const whole = desiredWorkload(workload, release, {});
  const web = whole.processes.find(({ name }) => name === 'web');
  if (!web) throw new Error(`v${release.number} has no web process to share requests with.`);
  const { autoscaling: _bounds, ...process } = web;
  return {
    ...{ release: whole.release, environment: {}, restartToken: whole.restartToken, weight: weightOf(canary) },
    process: { ...process, instances: canaryInstances(canary, web.instances) },
  };
}

function scaleOf(workload: WorkloadRow, type: string): Pick<DesiredProcess, 'instances' | 'autoscaling'> {
  const autoscaling = workload.state === 'running' ? workload.autoscaling[type] : undefined;
  if (!autoscaling) return { instances: instancesOf(workload, type) };
  return { instances: autoscaling.min, autoscaling };
}

function storageOf({ volumes }: WorkloadRow, type: string): Pick<DesiredProcess, 'volumes'> {
  const own = volumesOf(volumes, type);
  return own.length === 0 ? {} : { volumes: own };
}

/** A release replaces all instances even when its content is that of the release before: its number is in the token. */
export const restartTokenOf = (workload: Pick<WorkloadRow, 'restartToken'>, release: Pick<Release, 'number'>): string =>
  `${workload.restartToken}.v${release.number}`;

/** Lower than that of any desired state which replaces a release: whatever is stated after it is newer. */
const FORMER_GENERATION = 1;

/** What a runtime that lost the workload is told of the release that was live; undefined when that runs no instance. */
export function bringsBack(workload: WorkloadRow, former: Release): DesiredWorkload | undefined {
  const desired = { ...desiredWorkload(workload, former, {}), generation: FORMER_GENERATION };
  return desired.processes.some(({ instances }) => instances > 0) ? desired : undefined;
}

/**
 * Whether what was brought back is on its way: all instances in their first start, none in trouble. What does not come up
 * at once is not waited for: the new release may be what mends it.
 */
export const isComingBack = (observed: ObservedWorkload | null): boolean =>
  observed?.observedGeneration === FORMER_GENERATION &&
  observed.trouble === null &&
  observed.instances.every(({ state, restarts, trouble }) => state === 'starting' && restarts === 0 && !trouble);
