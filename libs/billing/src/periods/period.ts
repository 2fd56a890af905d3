import { Temporal } from 'temporal-polyfill';

/** Half-open: `[from, to)`. */
export interface Period {
  /** `2026-11`. */
  readonly month: string;
  readonly from: Date;
  readonly to: Date;
}

/**
 * A calendar month as the clocks of a time zone (IANA, `America/New_York`) show it, from its first moment to the first of
 * the next: 30 days in November are 721 hours where clocks go back.
 * @throws RangeError when there is no such month or zone
 */
export function calendarMonth(month: string, timeZone: string): Period {
  const first = Temporal.PlainYearMonth.from(month);
  const startOf = (each: Temporal.PlainYearMonth) =>
    new Date(each.toPlainDate({ day: 1 }).toZonedDateTime(timeZone).epochMilliseconds);
  return { month: first.toString(), from: startOf(first), to: startOf(first.add({ months: 1 })) };
}

/** `2026-11` and three months: `2027-02`. @throws RangeError when there is no such month */
export const monthAfter = (month: string, months: number): string =>
  Temporal.PlainYearMonth.from(month).add({ months }).toString();

/** The calendar month that a moment lies in. */
export function monthAt(moment: Date, timeZone: string): Period {
  const there = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone);
  return calendarMonth(there.toPlainDate().toPlainYearMonth().toString(), timeZone);
}

export function isTimeZone(text: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch {
    return false; // the only way to ask
  }
}
