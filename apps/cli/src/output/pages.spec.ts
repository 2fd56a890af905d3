import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { everyPage } from './pages.js';

/** A server with so many items on pages of a size, that remembers what it was asked for. */
function listOf(count: number, size: number) {
  const asked: (string | undefined)[] = [];
  const page = (cursor?: string) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(size, count - from) }, (_, index) => from + index);
    const next = from + size < count ? String(from + size) : null;
    return Promise.resolve({ data: { items, next }, response: new Response(null, { status: 200 }) });
  };
  return { asked, page };
}

describe('every page', () => {
  it('gives all items once and in order, and asks for no page twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 9 }), async (count, size) => {
        const { page, asked } = listOf(count, size);
        expect(await everyPage(page)).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(asked.length).toBe(Math.max(1, Math.ceil(count / size)));
      }),
    );
  });

  it('stops when it has as many as are wanted', async () => {
    const { page, asked } = listOf(100, 10);
    expect(await everyPage(page, 15)).toHaveLength(15);
    expect(asked).toEqual([undefined, '10']);
  });
});
