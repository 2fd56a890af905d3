import type { AllocationEvent } from '../accepted-events/accepted-event.js';
import { follows, isAfter, isSnapshot, positionOf } from '../accepted-events/accepted-event.js';
import type { Advance } from './advance.js';
import type { MeteredWorkload, SettledWorkload } from './metered-workloads.repository.js';
import type { Telling } from './telling.js';

/** A workload, and what became known about it. */
export interface News {
  readonly telling: Telling;
  readonly workload: MeteredWorkload;
  /** In order of arrival; none of them was accepted before. */
  readonly fresh: readonly AllocationEvent[];
  /** Place in the log of the last of them; null: there are none. */
  readonly acceptedSeq: string | null;
}

/** What is known of a workload after its news. */
export interface Outcome extends Pick<Advance, 'progress'> {
  readonly runs: boolean;
  /** The moment from which on its usage is other than it was; null: it is the same. */
  readonly changedSince: Date | null;
}

/** Everything is known so far, and the events are the very next ones: there is no need to look at the log. */
export function isUsual({ workload: { progress, seen, hasGap }, fresh }: News): boolean {
  if (hasGap || isAfter(seen, progress)) return false;
  return fresh.every((event, index) => {
    const former = fresh[index - 1];
    return !isSnapshot(event) && follows(former ? positionOf(former) : progress, positionOf(event));
  });
}

/** `outcome` undefined: nothing new was told. */
export function settledOf({ telling, workload, acceptedSeq }: News, outcome: Outcome | undefined): SettledWorkload {
  const { workloadId, isHeard, confirmed } = telling;
  const { progress, runs } = outcome ?? workload;
  const held = confirmed.filter(({ position }) => !isAfter(position, progress)).map(({ at }) => at);
  return {
    ...{ workloadId, progress, runs, isHeard, acceptedSeq },
    seen: isAfter(telling.seen, workload.seen) ? telling.seen : workload.seen,
    confirmedAt: held.reduce<Date | null>((a, b) => (a && a > b ? a : b), null),
  };
}

/** The first moment that they are about. */
export function earliestOf(news: readonly News[]): Date | null {
  const moments = news.flatMap(({ fresh }) => fresh.map(({ data }) => Date.parse(data.effectiveAt)));
  return moments.length > 0 ? new Date(moments.reduce((a, b) => Math.min(a, b))) : null;
}

export const earlierOf = (dates: readonly (Date | null)[]): Date | null =>
  dates.reduce((a, b) => (a && b ? (a < b ? a : b) : (a ?? b)), null);
