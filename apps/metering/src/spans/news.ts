import type { AllocationEvent } from '../accepted-events/accepted-event.js';
import { factOf, follows, isAfter, positionOf } from '../accepted-events/accepted-event.js';
import type { FreshEvent } from '../accepted-events/accepted-events.repository.js';
import type { Advance } from './advance.js';
import type { MeteredWorkload, SettledWorkload } from './metered-workloads.repository.js';
import type { Telling } from './telling.js';

/** A workload, and what became known about it. */
export interface News {
  readonly telling: Telling;
  readonly workload: MeteredWorkload;
  /** In order of arrival; none of them was accepted before. */
  readonly fresh: readonly FreshEvent[];
}

/** What is known of a workload after its news. */
export interface Outcome extends Pick<Advance, 'progress'> {
  readonly runs: boolean;
  /** The moment from which on its usage is other than it was; null: it is the same. */
  readonly changedSince: Date | null;
}

export const eventsOf = ({ fresh }: News): AllocationEvent[] => fresh.map(({ event }) => event);

/** Everything is known so far, and the events are the very next ones: there is no need to look at the log. */
export function isUsual({ workload: { progress, seen, hasGap }, fresh }: News): boolean {
  if (hasGap || isAfter(seen, progress)) return false;
  return fresh.every(({ event }, index) => {
    const former = fresh[index - 1]?.event;
    return !factOf(event).isSnapshot && follows(former ? positionOf(former) : progress, positionOf(event));
  });
}

/** `outcome` undefined: nothing new was told. */
export function settledOf({ telling, workload, fresh }: News, outcome: Outcome | undefined): SettledWorkload {
  const { workloadId, isHeard, confirmed } = telling;
  const { progress, runs } = outcome ?? workload;
  const held = confirmed.filter(({ position }) => !isAfter(position, progress)).map(({ at }) => at);
  return {
    ...{ workloadId, progress, runs, isHeard },
    acceptedSeq: fresh.at(-1)?.seq ?? null,
    seen: isAfter(telling.seen, workload.seen) ? telling.seen : workload.seen,
    confirmedAt: held.reduce<Date | null>((a, b) => (a && a > b ? a : b), null),
  };
}

/** The first moment that they are about. */
export const earliestOf = (news: readonly News[]): Date | null =>
  earlierOf(news.flatMap(eventsOf).map(({ data }) => new Date(data.effectiveAt)));

export const earlierOf = (dates: readonly (Date | null)[]): Date | null =>
  dates.reduce((a, b) => (a && b ? (a < b ? a : b) : (a ?? b)), null);
