import { types } from 'pg';

/** Of what is read here: `2026-11-22 03:24:12.123456+00`, with up to six digits of a second's fraction or none. */
const SHORTEST = '2026-11-22 03:24:12+00'.length;
const LONGEST = '2026-11-22 03:24:12.123456+00'.length;
const ZERO = '0'.charCodeAt(0);

const slowly = types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date;

/**
 * A `timestamptz` as Postgres writes it, in milliseconds; what is below them is cut off. As the driver reads it, whose regular
 * expressions take most of the time that a row of few columns takes; other zones, eras and infinity are left to it.
 */
export function instant(text: string): Date {
  if (text.length < SHORTEST || text.length > LONGEST || !text.endsWith('+00') || text[4] !== '-') return slowly(text);
  const year = pair(text, 0) * 100 + pair(text, 2);
  if (year < 100) return slowly(text); // `Date.UTC` takes 26 for 1926
  const seconds = Date.UTC(year, pair(text, 5) - 1, pair(text, 8), pair(text, 11), pair(text, 14), pair(text, 17));
  return new Date(seconds + milliseconds(text));
}

const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);
const digit = (text: string, at: number): number => text.charCodeAt(at) - ZERO;

/** The first three digits behind the point; those that are not there are zero. */
function milliseconds(text: string): number {
  const end = text.length - '+00'.length;
  const at = (position: number): number => (position < end ? digit(text, position) : 0);
  return at(20) * 100 + at(21) * 10 + at(22);
}
