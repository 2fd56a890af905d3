import { createHash } from 'node:crypto';

/** JSON with sorted keys, two spaces and a line feed at the end: the same value always gives the same bytes. */
export const canonicalText = (value: unknown): string => `${JSON.stringify(sorted(value), null, 2)}\n`;

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
}
