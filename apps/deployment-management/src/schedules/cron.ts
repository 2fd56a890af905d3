import { Cron } from 'croner';

export interface Times {
  readonly cron: string;
  readonly timeZone: string;
}

/** What is wrong with the times; undefined when they come. */
export function faultOf(times: Times, now: Date): { pointer: string; message: string } | undefined {
  if (!isTimeZone(times.timeZone)) return { pointer: '/timeZone', message: `There is no time zone ${times.timeZone}.` };
  try {
    return nextAfter(times, now) ? undefined : { pointer: '/cron', message: 'That never comes.' };
  } catch (error) {
    // The parser says in words what it does not understand.
    return { pointer: '/cron', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The first time after `at`; null when there is none. Each time of the clock on the wall comes once a day, see ADR 0042. */
export const nextAfter = ({ cron, timeZone }: Times, at: Date): Date | null =>
  new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true }).nextRun(at);

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
