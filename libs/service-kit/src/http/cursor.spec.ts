import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, toPage } from './cursor.js';

describe('a cursor', () => {
  it('names the last item of a page, when there is another page', () => {
    expect(toPage(['a', 'b', 'c'], 2, (item) => item)).toEqual({ items: ['a', 'b'], next: encodeCursor('b') });
    expect(toPage(['a', 'b'], 2, (item) => item)).toEqual({ items: ['a', 'b'], next: null });
  });

  it.each([
    ['number', '999999999'],
    ['place', '1000000000'],
    ['place', '999999999999999999'],
    ['text', 'web/ä'],
  ] as const)('of the shape %s may be %s', (shape, key) => {
    expect(decodeCursor(encodeCursor(key), shape)).toBe(key);
  });

  it.each([
    ['number', encodeCursor('1000000000')],
    ['place', encodeCursor('9999999999999999999')],
    ['place', encodeCursor('-1')],
    ['id', encodeCursor('7')],
    ['text', encodeCursor('\0')],
    ['text', 'not JSON'],
  ] as const)('that is no %s never reaches the database', (shape, cursor) => {
    expect(() => decodeCursor(cursor, shape)).toThrow(expect.objectContaining({ code: 'cursor_invalid', status: 422 }));
  });
});
