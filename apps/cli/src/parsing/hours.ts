import type { Schemas } from '@berth/api-client';
import { usageError } from '../errors.js';

type Hours = Schemas['SetSleep']['awake'][number];
type Day = Hours['days'][number];

const week: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `mon-fri 08:00-19:00`, `sat,sun 10:00-24:00`, `08:00-19:00` for every day. */
export function parseHours(text: string): Hours {
  const match = /^(?:([a-z,-]+) +)?([0-9:]{5})-([0-9:]{5})$/.exec(text.trim());
  const days = match && (match[1] ?? 'mon-sun').split(',').map(parseDays);
  if (!match || !days || days.includes(undefined))
    throw usageError(`"${text}" are no hours: write "mon-fri 08:00-19:00".`);
  return { days: [...new Set(days.flatMap((each) => each ?? []))], from: match[2] ?? '', until: match[3] ?? '' };
}

/** One day, or those from one to another, across the end of the week if need be. */
function parseDays(text: string): readonly Day[] | undefined {
  const [first, last = first, ...rest] = text.split('-').map((name) => week.findIndex((day) => day === name));
  if (first === undefined || last === undefined || first < 0 || last < 0 || rest.length > 0) return undefined;
  const count = ((last - first + week.length) % week.length) + 1;
  return [...week, ...week].slice(first, first + count);
}

export const hoursText = ({ days, from, until }: Hours): string => `${days.join(',')} ${from}-${until}`;
