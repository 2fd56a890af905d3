import { calendarMonth, monthAt } from '@berth/billing';
import type { UsageQuery } from '@berth/contracts/metering';

/** Half-open: `[from, to)`. */
export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

export interface Interval extends Stretch {
  /** What still runs is counted up to here. */
  readonly countedUntil: Date;
}

type Named = Pick<UsageQuery, 'from' | 'to' | 'period'>;

/** The interval that a query names, and the current month when it names none: months are those that are billed. */
export function intervalOf(query: Named, timeZone: string, now: Date): Interval {
  const { from, to } = named(query, timeZone) ?? monthAt(now, timeZone);
  const latest = Math.max(from.getTime(), Math.min(to.getTime(), now.getTime()));
  return { from, to, countedUntil: new Date(latest) };
}

function named(query: Named, timeZone: string): Stretch | undefined {
  if (query.from && query.to) return { from: new Date(query.from), to: new Date(query.to) };
  return query.period === undefined ? undefined : calendarMonth(query.period, timeZone);
}

const HOUR = 3_600_000;

/** The hour of UTC that a moment lies in. */
export function hourOf(at: Date): Stretch {
  const begin = Math.floor(at.getTime() / HOUR) * HOUR;
  return { from: new Date(begin), to: new Date(begin + HOUR) };
}
