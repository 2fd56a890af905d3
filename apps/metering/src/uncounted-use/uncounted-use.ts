import type { Allocation, Uncounted } from '@berth/contracts/events';
import type { AllocationEvent } from '../accepted-events/accepted-event.js';

/** What nobody counts of a workload on a cluster, since it was said so first. */
export interface UncountedUse {
  readonly workloadId: string;
  readonly organizationId: string;
  readonly cluster: string;
  readonly metric: Uncounted;
  readonly since: string;
}

/** By workload, cluster and metric, whatever the order of the events. */
export function uncountedIn(events: readonly AllocationEvent[]): UncountedUse[] {
  const found = new Map<string, UncountedUse>();
  for (const each of events.flatMap(saidBy)) {
    const key = `${each.workloadId} ${each.metric} ${each.cluster}`;
    const former = found.get(key);
    if (!former || each.since < former.since) found.set(key, each);
  }
  return [...found.values()];
}

/** Only allocations of workloads say it; of what else is metered entries have no such thing. */
function saidBy({ data }: AllocationEvent): UncountedUse[] {
  const { workloadId, organizationId, effectiveAt: since } = data;
  return (data.entries as Allocation['entries']).flatMap(({ cluster, uncounted = [] }) =>
    uncounted.map((metric) => ({ workloadId, organizationId, cluster, metric, since })),
  );
}
