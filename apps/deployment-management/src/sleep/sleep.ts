import type { Sleep, WakingHours, Weekday } from '@berth/contracts/deployment';

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

const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;
/** The longest a day gets, and half an hour for the one that has begun. */
const LOOKED_AHEAD = 26 * 60 * MINUTE;

/** A moment before or at which it falls asleep or wakes up next; never later than that. Null: it does neither. */
export function nextLook(hours: Hours, now: Date): Date | null {
  const change = nextChange(hours, now.getTime());
  const { awakeUntil } = hours;
  if (!awakeUntil || awakeUntil <= now) return change;
  return change && change < awakeUntil ? change : awakeUntil;
}

/** Clocks are set at full or half hours: in between, what they show goes on like time itself. */
function nextChange(hours: Hours, now: number): Date | null {
  const bounds = hours.awake.flatMap(({ from, until }) => [minutesOf(from), minutesOf(until)]);
  const isAsleep = isAsleepAt(hours, new Date(now));
  const first = Math.floor(now / HALF_HOUR) * HALF_HOUR;
  for (let begin = first; begin < now + LOOKED_AHEAD; begin += HALF_HOUR) {
    if (begin > now && isAsleepAt(hours, new Date(begin)) !== isAsleep) return new Date(begin);
    const shown = minutesOf(wallClock(hours.timeZone, new Date(begin)).time);
    const moments = bounds
      .map((bound) => begin + ((bound - shown + DAY_MINUTES) % DAY_MINUTES) * MINUTE)
      .filter((each) => each > now && each < begin + HALF_HOUR);
    if (moments.length > 0) return new Date(Math.min(...moments));
  }
  return null;
}

const DAY_MINUTES = 1_440;

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

export function toSleep({ organizationId: _, awake, awakeUntil, ...rest }: SleepRow): Sleep {
  return { ...rest, awake: [...awake], awakeUntil: awakeUntil?.toISOString() ?? null };
}
