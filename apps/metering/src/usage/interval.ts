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

/** The interval that a query names, and the current month of UTC when it names none. */
export function intervalOf(query: Pick<UsageQuery, 'from' | 'to' | 'period'>, now: Date): Interval {
  const { from, to } = named(query) ?? monthOf(now.getUTCFullYear(), now.getUTCMonth());
  const latest = Math.max(from.getTime(), Math.min(to.getTime(), now.getTime()));
  return { from, to, countedUntil: new Date(latest) };
}

function named(query: Pick<UsageQuery, 'from' | 'to' | 'period'>): Omit<Interval, 'countedUntil'> | undefined {
  if (query.from && query.to) return { from: new Date(query.from), to: new Date(query.to) };
  const [year, month] = (query.period ?? '').split('-').map(Number);
  return year && month ? monthOf(year, month - 1) : undefined;
}

const monthOf = (year: number, month: number) => ({
  from: new Date(Date.UTC(year, month)),
  to: new Date(Date.UTC(year, month + 1)),
});

const HOUR = 3_600_000;

/** The hour of UTC that a moment lies in. */
export function hourOf(at: Date): Stretch {
  const begin = Math.floor(at.getTime() / HOUR) * HOUR;
  return { from: new Date(begin), to: new Date(begin + HOUR) };
}
