import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digitsOf, formatMinor, parseMinor } from './currency.js';
import { exact, roundQuotient, stepsTo } from './exact.js';
import { shares } from './shares.js';

describe('rounding', () => {
  it.each<[string, number, number, bigint, bigint]>([
    ['0.5', 1, 2, 0n, 1n],
    ['1.5', 3, 2, 2n, 2n],
    ['2.5', 5, 2, 2n, 3n],
    ['-0.5', -1, 2, 0n, -1n],
    ['-1.5', -3, 2, -2n, -2n],
    ['a third', 1, 3, 0n, 0n],
    ['two thirds', 2, 3, 1n, 1n],
    ['zero', 0, 3, 0n, 0n],
  ])('of %s: half to even, half up', (_name, top, bottom, even, up) => {
    expect(roundQuotient(exact(top), exact(bottom), 0, 'half-even')).toBe(even);
    expect(roundQuotient(exact(top), exact(bottom), 0, 'half-up')).toBe(up);
  });

  it('sees a hair beside a half, however far behind the point', () => {
    const hair = exact('0.5').plus(exact(10).pow(-300));
    expect(roundQuotient(hair, exact(1), 0, 'half-even')).toBe(1n);
    expect(roundQuotient(exact(1).minus(hair), exact(1), 0, 'half-up')).toBe(0n);
  });

  it('counts steps that were begun', () => {
    expect(['0', '0.1', '2.5', '2.6', '5'].map((value) => stepsTo(exact(value), exact('2.5')).toNumber())).toEqual([
      0, 1, 1, 2, 2,
    ]);
  });
});

describe('a currency', () => {
  it.each([
    ['EUR', 2, '-12.05'],
    ['JPY', 0, '-1205'],
    ['KWD', 3, '-1.205'],
    ['CLF', 4, '-0.1205'],
  ])('%s has %d decimals: %s', (code, digits, text) => {
    expect(digitsOf(code)).toBe(digits);
    expect(formatMinor(-1205n, digits)).toBe(text);
    expect(parseMinor(text, digits)).toBe(-1205n);
  });

  it('that is none is refused, and so is half of a smallest unit', () => {
    expect(() => digitsOf('XYZ')).toThrow(RangeError);
    expect(() => parseMinor('0.005', 2)).toThrow(RangeError);
    expect(parseMinor('0.500', 2)).toBe(50n);
  });

  it('is written and read without loss', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 4 }), (minor, digits) => {
        expect(parseMinor(formatMinor(minor, digits), digits)).toBe(minor);
      }),
    );
  });
});

describe('shares', () => {
  it.each<[string, bigint, bigint[], bigint[]]>([
    ['100.00 in three: the cent that is left goes to the first', 10_000n, [1n, 1n, 1n], [3_334n, 3_333n, 3_333n]],
    ['of a negative amount are the same, negative', -10_000n, [1n, 1n, 1n], [-3_334n, -3_333n, -3_333n]],
    ['7 by 5:3:2 are due 3.5, 2.1, 1.4: the largest remainder is the first', 7n, [5n, 3n, 2n], [4n, 2n, 1n]],
    ['7 by 2:3:5 are due 1.4, 2.1, 3.5: the largest remainder is the last', 7n, [2n, 3n, 5n], [1n, 2n, 4n]],
    ['by weights of nothing are equal', 3n, [0n, 0n], [2n, 1n]],
    ['for what weighs nothing beside what does are nothing', 3n, [0n, 1n], [0n, 3n]],
  ])('%s', (_name, total, weights, expected) => {
    expect(shares(total, weights)).toEqual(expected);
  });

  it('add up to the whole and differ from what is due by less than one', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), weights, (total, by) => {
        const parts = shares(total, by);
        const sum = by.reduce((a, b) => a + b);
        expect(parts.reduce((a, b) => a + b)).toBe(total);
        if (sum === 0n) return;
        parts.forEach((part, index) => {
          const off = part * sum - total * (by[index] ?? 0n);
          expect(off < sum && off > -sum).toBe(true);
        });
      }),
    );
  });
});
