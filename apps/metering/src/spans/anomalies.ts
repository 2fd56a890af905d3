import { type AcceptedAllocation, follows } from '../accepted-events/accepted-event.js';
import type { Anomaly, MeteredWorkload } from './metered-workloads.repository.js';

/** In milliseconds. While the platform runs it tells a change within seconds, and confirms what is within a minute. */
const LATE = 120_000;

/** What is wrong with a fact on top of what was told before. Recorded, never repaired by a guess. `told_late` is the trace of a repair after the platform was away. */
export function anomaliesOf(workload: MeteredWorkload, next: AcceptedAllocation): Anomaly[] {
  const { epoch, version } = next;
  const anomalies: Anomaly[] = [];
  const former = workload.effectiveAt;
  if (former && new Date(next.data.effectiveAt) < former)
    anomalies.push({
      ...{ kind: 'effective_before_former', epoch, version },
      detail: { effectiveAt: next.data.effectiveAt, countedFrom: former.toISOString() },
    });
  if (!next.isSnapshot && next.time.getTime() - new Date(next.data.effectiveAt).getTime() > LATE)
    anomalies.push({
      ...{ kind: 'told_late', epoch, version },
      detail: { effectiveAt: next.data.effectiveAt, toldAt: next.time.toISOString() },
    });
  if (!follows(workload, next))
    anomalies.push({
      ...{ kind: 'history_missing', epoch, version },
      detail: { afterEpoch: workload.epoch, afterVersion: workload.version },
    });
  return anomalies;
}
