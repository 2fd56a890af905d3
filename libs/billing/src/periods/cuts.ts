import { Temporal } from 'temporal-polyfill';

export type Grain = 'hour' | 'day' | 'month';

interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Cuts `[from, to)` where an hour of UTC, or a day or month of a time zone begins: a day on which clocks change has 23 or
 * 25 hours. The first and the last piece may be shorter. At most `limit` pieces; undefined when there would be more.
 */
export function cutsBetween(
  { from, to }: Stretch,
  grain: Grain,
  timeZone: string,
  limit: number,
): Stretch[] | undefined {
  const cuts: Stretch[] = [];
  for (let at = from; at < to;) {
    if (cuts.length === limit) return undefined;
    const next = nextStart(at, grain, timeZone);
    const end = next < to ? next : to;
    cuts.push({ from: at, to: end });
    at = end;
  }
  return cuts;
}

const HOUR = 3_600_000;

function nextStart(at: Date, grain: Grain, timeZone: string): Date {
  if (grain === 'hour') return new Date((Math.floor(at.getTime() / HOUR) + 1) * HOUR);
  const there = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  const next = grain === 'day' ? there.add({ days: 1 }) : there.with({ day: 1 }).add({ months: 1 });
  return new Date(next.toZonedDateTime(timeZone).epochMilliseconds);
}
