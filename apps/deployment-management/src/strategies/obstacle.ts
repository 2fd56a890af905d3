import type { ProcessType } from '@berth/contracts/common';
import type { ReleaseStrategy } from '@berth/contracts/deployment';
import type { CanarySupport } from '../runtime/runtime.js';
import type { WorkloadRow } from '../workloads/workload.js';

export interface Circumstances extends Pick<WorkloadRow, 'volumes' | 'autoscaling' | 'further'> {
  readonly support: CanarySupport;
  /** Of the releases that are known, each on its own. */
  readonly processes: readonly (readonly ProcessType[])[];
}

/** Why a workload cannot be released so, one sentence; null: nothing is known against it. */
export function obstacleTo({ kind }: ReleaseStrategy, circumstances: Circumstances): string | null {
  const { support, volumes, autoscaling, further, processes } = circumstances;
  if (kind === 'rolling') return null;
  if (!isPossible(kind, support)) return cannot[kind];
  if (further.length > 0)
    return 'It stands on several clusters, whose requests cannot be shared between releases; release it by rolling.';
  if (volumes.some(({ process, isDeleted }) => process === 'web' && !isDeleted))
    return 'Instances of web have a volume with one writer, so that two releases cannot run beside each other; release it by rolling.';
  if (processes.some((types) => types.every(({ name }) => name !== 'web')))
    return 'There is no web process, so that there are no requests to share; release it by rolling.';
  if (kind === 'blue-green' && autoscaling['web']) return AUTOSCALED;
  return null;
}

/** Whether a runtime can release so. */
export const isPossible = (kind: ReleaseStrategy['kind'], support: CanarySupport): boolean =>
  kind === 'rolling' ||
  support === 'counted' ||
  support === 'uncounted' ||
  (support === 'whole' && kind === 'blue-green');

const cannot = {
  canary:
    'The runtime of this workload cannot share its requests between two releases; release it by rolling, or blue-green where it can switch all of them.',
  'blue-green': 'The runtime of this workload cannot run two releases beside each other; release it by rolling.',
} as const;

/** An autoscaler takes instances away from what gets no requests: before the switch, and from what is to get them back. */
export const AUTOSCALED =
  'The number of instances of web is left to the runtime, which would take them away from the release without requests; give it a count, or release it by rolling.';
