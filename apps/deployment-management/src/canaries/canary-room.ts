import type { ProcessType } from '@berth/contracts/common';
import type { DryRun } from '@berth/contracts/deployment';
import type { AllocationEntry, DeploymentSource } from '@berth/contracts/events';
import type { Reservation } from '../quotas/reservation.js';
import { instancesOf, mostInstancesOf, type WorkloadRow } from '../workloads/workload.js';
import { type Canary, canaryInstances, holdSeconds, sharesOf } from './canary.js';

type Wanted = Pick<WorkloadRow, 'wantedState' | 'counts' | 'autoscaling'>;

/** The most that a canary has beside the former release, whatever its step. `types` are those of its release. */
export function extraOf(workload: Wanted, types: readonly ProcessType[], steps: Canary['steps']): Reservation {
  const web = types.find(({ name }) => name === 'web');
  const instances = mostInstancesOf({ ...workload, state: workload.wantedState }, 'web');
  const most = canaryInstances({ steps, step: steps.length - 1 }, instances);
  return { cpuMillicores: most * (web?.cpuMillicores ?? 0), memoryMib: most * (web?.memoryMib ?? 0) };
}

/** A rollback is in a hurry, and what runs nothing has no requests to share. */
export const isShared = (workload: WorkloadRow, source: Pick<DeploymentSource, 'kind'>): boolean =>
  source.kind !== 'release' && mostInstancesOf(workload, 'web') > 0;

/** What a release with these process types would do before it takes over; null when it takes over at once. */
export function plannedCanary(
  workload: WorkloadRow,
  source: Pick<DeploymentSource, 'kind'>,
  types: readonly ProcessType[],
): DryRun['canary'] {
  const shares = sharesOf(workload.strategy);
  if (!shares || workload.currentRelease === null || !isShared(workload, source)) return null;
  const { steps, waitSeconds = null } = shares;
  const most = canaryInstances({ steps, step: steps.length - 1 }, instancesOf(workload, 'web'));
  const allocation = types.filter(({ name }) => name === 'web').map((type) => entryOf(workload, type, most));
  const quota = extraOf(workload, types, steps);
  return { steps: [...steps], waitSeconds, holdSeconds: holdSeconds(shares), allocation, quota };
}

const entryOf = (
  { cluster, currentRelease }: WorkloadRow,
  { name, cpuMillicores, memoryMib }: ProcessType,
  instances: number,
): AllocationEntry => ({
  ...{ cluster, release: (currentRelease ?? 0) + 1, processType: name, cpuMillicores, memoryMib, instances },
});
