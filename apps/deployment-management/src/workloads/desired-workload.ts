import type { Release } from '@berth/contracts/deployment';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { instancesOf, type WorkloadRow } from './workload.js';

const STOP_DEADLINE_SECONDS = 10;

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
    processes: release.processes.map((type) => ({
      ...type,
      instances: instancesOf(workload, type.name),
    })),
    hosts: [workload.host],
    restartToken: restartTokenOf(workload, release),
    startDeadlineSeconds: workload.startDeadlineSeconds,
    stopDeadlineSeconds: STOP_DEADLINE_SECONDS,
  };
}

/** A release replaces all instances even when its content is that of the release before: its number is in the token. */
export const restartTokenOf = (workload: Pick<WorkloadRow, 'restartToken'>, release: Pick<Release, 'number'>): string =>
  `${workload.restartToken}.v${release.number}`;
