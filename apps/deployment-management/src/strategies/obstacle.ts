import type { ProcessType } from '@berth/contracts/common';
import type { ReleaseStrategy } from '@berth/contracts/deployment';
import type { CanarySupport } from '../runtime/runtime.js';
import type { WorkloadVolume } from '../volumes/volume.js';

export interface Circumstances {
  readonly support: CanarySupport;
  readonly volumes: readonly WorkloadVolume[];
  /** Of the releases that are known, each on its own. */
  readonly processes: readonly (readonly ProcessType[])[];
}

/** Why a workload cannot be released so, one sentence; null: nothing is known against it. */
export function obstacleTo({ kind }: ReleaseStrategy, { support, volumes, processes }: Circumstances): string | null {
  if (kind === 'rolling') return null;
  if (support === 'unsupported')
    return 'The runtime of this workload cannot share its requests between two releases; release it by rolling.';
  if (volumes.some(({ process, isDeleted }) => process === 'web' && !isDeleted))
    return 'Instances of web have a volume with one writer, so that two releases cannot run beside each other; release it by rolling.';
  if (processes.some((types) => types.every(({ name }) => name !== 'web')))
    return 'There is no web process, so that there are no requests to share; release it by rolling.';
  return null;
}
