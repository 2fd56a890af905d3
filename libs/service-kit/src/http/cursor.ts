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

/** @throws DomainError 422 `cursor_invalid` */
export function decodeCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const decoded = parse(Buffer.from(cursor, 'base64url').toString());
  if (typeof decoded === 'string') return decoded;
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
