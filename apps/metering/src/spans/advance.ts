import { mayFollow, moveTo, type OpenSpan, type Progress } from '@berth/billing';
import type { MeteredAllocation, MeteredEntry } from '@berth/contracts/metering';
import { type AcceptedAllocation, isAfter, positionOf } from '../accepted-events/accepted-event.js';
import { anomaliesOf, type Anomaly } from './anomalies.js';

/** An open span as it is stored; `id` null: not yet. */
export interface StoredSpan extends OpenSpan {
  readonly id: string | null;
  /** What the workload is part of. */
  readonly place: Place;
}

export type Place = Pick<MeteredAllocation, 'workloadId' | 'organizationId' | 'projectId' | 'environmentId' | 'appId'>;

export interface EndedSpan extends StoredSpan {
  readonly to: Date;
}

/** What facts change about one workload. */
export interface Advance {
  readonly progress: Progress;
  readonly open: readonly StoredSpan[];
  readonly ended: readonly EndedSpan[];
  /** Spans without length. */
  readonly dropped: readonly StoredSpan[];
  readonly anomalies: readonly Anomaly[];
  /** How many facts, from the first on, were applied or had been before; the next one waits for what is missing. */
  readonly applied: number;
}

/** Applies facts, which are in order, on top of what was applied; up to the first one before which something is missing. */
export function advance(
  progress: Progress,
  open: readonly StoredSpan[],
  facts: readonly AcceptedAllocation[],
): Advance {
  const [ended, dropped, anomalies]: [EndedSpan[], StoredSpan[], Anomaly[]] = [[], [], []];
  let [last, current] = [progress, open];
  let applied = 0;
  for (const fact of facts) {
    if (mayFollow(fact, last)) {
      anomalies.push(...anomaliesOf(last, fact));
      const move = moveTo(current, fact.data.entries, new Date(fact.data.effectiveAt), last.at);
      ended.push(...move.closing.map((span) => ({ ...span, to: move.at })));
      dropped.push(...move.dropping);
      current = [...move.staying, ...move.opening.map((entry) => begun(fact.data, entry, move.at))];
      last = { ...positionOf(fact), at: move.at };
    } else if (isAfter(positionOf(fact), last)) break;
    applied++;
  }
  return { progress: last, open: current, ended, dropped, anomalies, applied };
}

const begun = (place: MeteredAllocation, entry: MeteredEntry, from: Date): StoredSpan => ({
  ...entry,
  ...{ id: null, place, from },
});
