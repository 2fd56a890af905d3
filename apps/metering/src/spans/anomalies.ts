import { type AcceptedAllocation, follows, type Position, positionOf } from '../accepted-events/accepted-event.js';
import type { AnomalyKind } from '@berth/contracts/metering';

export interface Anomaly extends Position {
  readonly kind: AnomalyKind;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** In milliseconds. While the platform runs it tells a change within seconds, and confirms what is within a minute. */
const LATE = 120_000;

/**
 * What is wrong with a fact on top of what was told before, which held since `at`. Recorded, never repaired by a guess.
 * `told_late` is the trace of a repair after the platform was away.
 */
export function anomaliesOf(former: Position & { readonly at: Date | null }, next: AcceptedAllocation): Anomaly[] {
  const { epoch, version } = positionOf(next);
  const anomalies: Anomaly[] = [];
  const { at } = former;
  if (at && new Date(next.data.effectiveAt) < at)
    anomalies.push({
      ...{ kind: 'effective_before_former', epoch, version },
      detail: { effectiveAt: next.data.effectiveAt, countedFrom: at.toISOString() },
    });
  const isDueAtOnce = !next.isSnapshot && !next.isOfThePast;
  if (isDueAtOnce && next.time.getTime() - new Date(next.data.effectiveAt).getTime() > LATE)
    anomalies.push({
      ...{ kind: 'told_late', epoch, version },
      detail: { effectiveAt: next.data.effectiveAt, toldAt: next.time.toISOString() },
    });
  if (!follows(former, { epoch, version }))
    anomalies.push({
      ...{ kind: 'history_missing', epoch, version },
      detail: { afterEpoch: former.epoch, afterVersion: former.version },
    });
  return anomalies;
}
