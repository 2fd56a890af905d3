import type { Sleep, WakingHours, Weekday } from '@berth/contracts/deployment';
import { nextAfter } from '../schedules/cron.js';

export interface SleepRow {
  readonly environmentId: string;
  readonly organizationId: string;
  readonly timeZone: string;
  readonly awake: readonly WakingHours[];
  readonly awakeUntil: Date | null;
  readonly isAsleep: boolean;
}

type Hours = Pick<SleepRow, 'timeZone' | 'awake' | 'awakeUntil'>;

/** What the clock on the wall shows decides, so that hours that summer time leaves out or repeats need no rule. */
export function isAsleepAt({ timeZone, awake, awakeUntil }: Hours, at: Date): boolean {
  if (awakeUntil && at < awakeUntil) return false;
  const { day, time } = wallClock(timeZone, at);
  return !awake.some(({ days, from, until }) => days.includes(day) && from <= time && time < until);
}

function wallClock(timeZone: string, at: Date): { day: Weekday; time: string } {
  const shown = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  }).formatToParts(at);
  const part = (type: string) => shown.find((each) => each.type === type)?.value ?? '';
  return { day: part('weekday').toLowerCase() as Weekday, time: `${part('hour')}:${part('minute')}` };
}

const HALF_HOUR = 1_800_000;

/** A moment before or at which it falls asleep or wakes up next; never later than that. Null: it does neither. */
export function nextLook(hours: Hours, now: Date): Date | null {
  const bounds = hours.awake.flatMap(({ from, until }) => [from, until]).map((time) => nextTime(hours, time, now));
  const { awakeUntil } = hours;
  if (awakeUntil && awakeUntil > now) bounds.push(awakeUntil);
  const [first] = bounds.filter((each) => each !== null).sort((a, b) => a.getTime() - b.getTime());
  return first ? (clockChange(hours, now, first) ?? first) : null;
}

function nextTime({ timeZone }: Hours, time: string, now: Date): Date | null {
  const [hour, minute] = time.split(':').map(Number);
  return nextAfter({ cron: `${minute} ${(hour ?? 0) % 24} * * *`, timeZone }, now);
}

/** Clocks are set at full or half hours: then a time may be passed over that no other look would meet. */
function clockChange(hours: Hours, now: Date, until: Date): Date | undefined {
  const isAsleep = isAsleepAt(hours, now);
  for (let at = (Math.floor(now.getTime() / HALF_HOUR) + 1) * HALF_HOUR; at < until.getTime(); at += HALF_HOUR)
    if (isAsleepAt(hours, new Date(at)) !== isAsleep) return new Date(at);
  return undefined;
}

export function toSleep({ organizationId: _, awake, awakeUntil, ...rest }: SleepRow): Sleep {
  return { ...rest, awake: [...awake], awakeUntil: awakeUntil?.toISOString() ?? null };
}
