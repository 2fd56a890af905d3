import { OWN_CLUSTER } from '@berth/contracts/deployment';
import type { AllocationEntry, StatedEntry } from '@berth/contracts/events';
import type { Config } from '../config.js';

/**
 * Says of instances what nobody counts where they run: on Kubernetes requests pass through a gateway that is not ours. Every
 * cluster that was registered is one of Kubernetes.
 */
export const withUncounted = (entries: readonly AllocationEntry[], runtime: Config['RUNTIME']): StatedEntry[] =>
  entries.map((entry) =>
    runtime === 'kubernetes' || entry.cluster !== OWN_CLUSTER ? { ...entry, uncounted: ['egress'] } : entry,
  );
