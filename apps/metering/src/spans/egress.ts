import type { CloudEvent, DataOf, egressMeasured } from '@berth/contracts/events';
import { type AllocationEvent, bridgeOf } from '../accepted-events/accepted-event.js';
import { Refused } from '../accepted-events/refusal.js';
import { stepsOf } from './steps.js';

export type EgressEvent = CloudEvent<DataOf<typeof egressMeasured>>;

/** Bytes in a millisecond: 2 TB a second, more than a machine sends. */
const MOST = 2 ** 31 - 1;
const SIZE = { release: 0, cpuMillicores: 0, memoryMib: 0, egressBytes: 1 };
/** It is told by the hour. */
const LONGEST = 3_600_000;

/**
 * What left in an hour becomes bytes per millisecond, exact to the byte: a meter is metered as a workload of its own, and
 * each of its events is three facts, in the log by the event's id and their own numbers.
 * @throws Refused when the event contradicts itself
 */
export function factsOf(event: EgressEvent): AllocationEvent[] {
  const { organizationId, projectId, environmentId, appId, meterId, cluster, processType, ...told } = event.data;
  const { from, to } = { from: Date.parse(told.from), to: Date.parse(told.to) };
  if (event.source !== '/berth/deployment-management')
    throw new Refused('foreign_source', `only /berth/deployment-management measures what leaves, not ${event.source}`);
  if (to <= from || to - from > LONGEST) throw new Refused('contradictory', 'it is not about an hour or a part of one');
  const steps = stepsOf({ from, to, amount: told.bytes });
  if (steps.some(({ rate }) => rate > MOST)) throw new Refused('contradictory', 'no machine sends as much');
  return steps.map(({ at, rate }, index) => ({
    ...event,
    source: `${event.source}#${index + 1}`,
    data: {
      ...{ organizationId, projectId, environmentId, appId, workloadId: meterId },
      ...{ allocationVersion: (event.aggregateversion - 1) * steps.length + index + 1, effectiveAt: instantOf(at) },
      entries: rate === 0 ? [] : [{ ...SIZE, cluster, processType, instances: rate }],
      ...bridgeOf(event.epoch),
    },
  }));
}

const instantOf = (at: number): string => new Date(at).toISOString();
