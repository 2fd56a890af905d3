import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { overlapOf } from './overlap.js';

const HORIZON = 40;
const stretches = fc.array(
  fc.tuple(fc.nat({ max: HORIZON }), fc.nat({ max: 9 })).map(([from, length]) => ({
    from: new Date(from),
    to: new Date(from + length),
  })),
  { maxLength: 8 },
);

describe('the time that lies in both', () => {
  it('is every moment that lies in one of these and in one of those, once', () => {
    fc.assert(
      fc.property(stretches, stretches, (some, others) => {
        const isIn = (all: typeof some, moment: number) => all.some(({ from, to }) => +from <= moment && moment < +to);
        const moments = Array.from({ length: HORIZON + 10 }, (_, moment) => moment);
        const both = moments.filter((moment) => isIn(some, moment) && isIn(others, moment));
        expect(overlapOf(some, others)).toBe(BigInt(both.length));
      }),
    );
  });
});
