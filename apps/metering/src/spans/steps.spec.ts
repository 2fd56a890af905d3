import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stepsOf } from './steps.js';

describe('an amount over a time', () => {
  it.each<[string, number, [number, number][]]>([
    ['is one in each millisecond, while there is any, when it is less than the time', 3, [[10, 1], [13, 0], [20, 0]]], // prettier-ignore
    ['is the same all the time when it can be', 20, [[10, 2], [10, 2], [20, 0]]], // prettier-ignore
    ['is one more until the rest is used', 27, [[10, 3], [17, 2], [20, 0]]], // prettier-ignore
  ])('%s', (_name, amount, expected) => {
    expect(stepsOf({ from: 10, to: 20, amount }).map(({ at, rate }) => [at, rate])).toEqual(expected);
  });

  it('is used to the last unit, in order, and within the time', () => {
    const moments = fc.record({
      from: fc.integer({ min: 0, max: 2 ** 40 }),
      length: fc.integer({ min: 1, max: 3_600_000 }),
    });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 2 ** 52 }), ({ from, length }, amount) => {
        const [first, second, last] = stepsOf({ from, to: from + length, amount });
        expect([first.at, last]).toEqual([from, { at: from + length, rate: 0 }]);
        expect(second.at >= first.at && second.at <= last.at).toBe(true);
        const used =
          BigInt(second.at - first.at) * BigInt(first.rate) + BigInt(last.at - second.at) * BigInt(second.rate);
        expect(used).toBe(BigInt(amount));
      }),
    );
  });
});
