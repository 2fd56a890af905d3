import {
  type BuildUsage,
  type CloudEvent,
  type DataOf,
  buildCancelled,
  buildFailed,
  buildSucceeded,
} from '@berth/contracts/events';
import type { AllocationEvent } from '../accepted-events/accepted-event.js';
import { Refused } from '../accepted-events/refusal.js';

/** That a build has ended, however it did. */
export type BuildEnded = CloudEvent<DataOf<typeof buildCancelled>>;

export const buildTypes: readonly string[] = [buildSucceeded.type, buildFailed.type, buildCancelled.type];

const MOST_CORES = 10_000;

interface Step {
  readonly at: number;
  readonly cores: number;
}

/**
 * Processor time as whole cores over the time of the build, exact to the millisecond: as many as were busy all the time,
 * and one more until the rest is used, too. Not the steps of traffic, of which there are always three: the log knows a fact
 * by its event and number, so that a build told again in other steps would be in it with facts of both.
 */
export function stepsOf({ startedAt, finishedAt, cpuMilliseconds }: BuildUsage): Step[] {
  const from = Date.parse(startedAt);
  const milliseconds = Math.max(1, Date.parse(finishedAt) - from);
  const cores = Math.floor(cpuMilliseconds / milliseconds);
  const rest = cpuMilliseconds % milliseconds;
  return [
    ...(rest > 0 ? [{ at: from, cores: cores + 1 }] : []),
    { at: from + rest, cores },
    ...(cores > 0 ? [{ at: from + milliseconds, cores: 0 }] : []),
  ];
}

const SIZE = {
  cluster: 'builds',
  release: 0,
  processType: 'build',
  cpuMillicores: 0,
  memoryMib: 0,
  buildMillicores: 1_000,
};

/**
 * A build is metered as a workload of its own, which begins and ends with one event: nothing of it can be missing or wait
 * for something else. Each fact that follows from the event is in the log by the event's id and its own number.
 * @throws Refused when the event contradicts itself
 */
export function factsOf(event: BuildEnded): AllocationEvent[] {
  const { buildId, workloadId: _, usage } = event.data;
  if (!usage) return [];
  if (event.source !== '/berth/build')
    throw new Refused('foreign_source', `only /berth/build states builds, not ${event.source}`);
  const steps = stepsOf(usage);
  if (usage.finishedAt < usage.startedAt) throw new Refused('contradictory', 'the build ended before it began');
  if (steps.some(({ cores }) => cores > MOST_CORES)) throw new Refused('contradictory', 'no machine has as many cores');
  const { organizationId, projectId, environmentId, appId } = usage;
  return steps.map(({ at, cores }, index) => ({
    ...event,
    source: `${event.source}#${index + 1}`,
    data: {
      ...{ organizationId, projectId, environmentId, appId, workloadId: buildId },
      ...{ allocationVersion: index + 1, effectiveAt: new Date(at).toISOString() },
      entries: cores === 0 ? [] : [{ ...SIZE, instances: cores }],
    },
  }));
}
