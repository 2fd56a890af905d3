import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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

  it('brings back every key that a database can hold, in characters that a URL need not escape', () => {
    const key = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(key, (text) => {
        expect(encodeCursor(text)).toMatch(/^[\w-]+$/);
        expect(decodeCursor(encodeCursor(text))).toBe(text);
      }),
    );
  });

  it('that somebody made up is refused, whatever it is, or is a text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (cursor) => {
          for (const shape of ['id', 'number', 'place'] as const) {
            const decoded = (() => {
              try {
                return decodeCursor(cursor, shape);
              } catch (error) {
                return (error as { code?: string }).code;
              }
            })();
            expect(decoded).toMatch(
              shape === 'id' ? /^(cursor_invalid|[0-9a-f-]{36})$/i : /^(cursor_invalid|[0-9]{1,18})$/,
            );
          }
        },
      ),
    );
  });

  it('walks a list without loss or repetition, whatever the size of its pages', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(999), { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (numbers, limit) => {
        const rows = numbers.map((each) => String(each).padStart(3, '0')).sort();
        const walked: string[] = [];
        for (let cursor: string | null | undefined; cursor !== null;) {
          const after = decodeCursor(cursor ?? undefined, 'number') ?? '';
          const page = toPage(rows.filter((row) => row > after).slice(0, limit + 1), limit, (row) => row);
          walked.push(...page.items);
          cursor = page.next;
        }
        expect(walked).toEqual(rows);
      }),
    );
  });
});
