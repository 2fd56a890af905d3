import type { Page } from '@berth/contracts/common';
import { DomainError } from '../errors/define-errors.js';

/**
 * Cuts rows read with `limit + 1` into a page; `keyOf` names what the next page starts after.
 * The cursor is the base64url of that key as JSON.
 */
export function toPage<Item>(rows: readonly Item[], limit: number, keyOf: (item: Item) => string): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null;
  return { items, next };
}

export const encodeCursor = (key: string): string => Buffer.from(JSON.stringify(key)).toString('base64url');

const shapes = {
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  /** Of a column of 32 bits. */
  number: /^[0-9]{1,9}$/,
  /** Of a column of 64 bits: the place of a row in a log. */
  place: /^[0-9]{1,18}$/,
  text: /^[^\0\p{Cs}]*$/u,
} as const;

/**
 * `shape`: what the keys of the list look like, so that the cursor of another list does not reach the database.
 * @throws DomainError 422 `cursor_invalid`
 */
export function decodeCursor(cursor: string | undefined, shape: keyof typeof shapes = 'text'): string | null {
  if (cursor === undefined) return null;
  const decoded = parse(Buffer.from(cursor, 'base64url').toString());
  if (typeof decoded === 'string' && shapes[shape].test(decoded)) return decoded;
  throw new DomainError('cursor_invalid', 422, 'is not a cursor of this list', [
    { pointer: '?cursor', message: 'is not a cursor of this list' },
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: the caller refuses it
  }
}
