import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rate } from '../src/rating/rate.js';
import type { RatingInput, UsageOfApp } from '../src/rating/rating.js';
import { ratingInput } from './rating-input.js';
import { slowRate } from './slow-rating.js';

const SEED = 20_261_121;

const amountsOf = (given: RatingInput) => rate(given).lines.map(({ amount }) => amount);
const quantityOf = (parts: readonly { readonly quantity: bigint }[]) =>
  parts.reduce((all, each) => all + each.quantity, 0n);

describe('rating', () => {
  it('is what a slow second implementation says, to the smallest unit, in 10,000 cases', () => {
    fc.assert(
      fc.property(ratingInput, (given) => {
        const { lines, due } = rate(given);
        expect({ amounts: lines.map(({ amount }) => amount), due }).toEqual(slowRate(given));
      }),
      { numRuns: 10_000, seed: SEED },
    );
  });

  const law = (name: string, holds: (given: RatingInput) => void) =>
    it(name, () => fc.assert(fc.property(ratingInput, holds), { numRuns: 1_000, seed: SEED }));

  law('does not care for the order in which usage is told', (given) => {
    const turned = given.segments.map((each) => ({ ...each, usage: each.usage.toReversed() }));
    expect(amountsOf({ ...given, segments: turned })).toEqual(amountsOf(given));
  });

  law('does not care for how usage is cut in pieces', (given) => {
    const halves = (one: UsageOfApp) => [
      { ...one, quantity: one.quantity / 3n },
      { ...one, quantity: one.quantity - one.quantity / 3n },
    ];
    const cut = given.segments.map((each) => ({ ...each, usage: each.usage.flatMap(halves) }));
    expect(amountsOf({ ...given, segments: cut })).toEqual(amountsOf(given));
  });

  law('loses no usage: what came in is on the lines or is named as unpriced', (given) => {
    const { lines, unpriced } = rate(given);
    const told = quantityOf(given.segments.flatMap((each) => each.usage));
    expect(quantityOf(lines.flatMap((line) => line.usage ?? [])) + quantityOf(unpriced)).toBe(told);
  });

  law('takes off by coupons no more than all lines cost, and each is at most its percentage of them', (given) => {
    const { lines } = rate({ ...given, coupons: given.coupons.map((each, index) => ({ ...each, id: `k-${index}` })) });
    const of = (isMine: (line: (typeof lines)[number]) => boolean) =>
      lines.filter(isMine).reduce((all, { amount }) => all + amount, 0n);
    const sold = of(({ kind }) => kind === 'usage' || kind === 'fee');
    expect(sold + of(({ kind }) => kind === 'discount') >= 0n).toBe(true);
    given.coupons.forEach(({ percent }, index) => {
      const taken = -of(({ kind, id }) => kind === 'discount' && id === `k-${index}`);
      // In steps of 10^-12 of the smallest unit; half a unit more at most, by its one rounding.
      const [whole = '', decimals = ''] = percent.split('.');
      const share = sold * BigInt(whole + decimals.padEnd(10, '0'));
      expect(taken * 10n ** 12n <= share + 10n ** 12n / 2n).toBe(true);
    });
  });

  law('without coupons charges as with coupons that are on nothing it sells', (given) => {
    const coupons = [{ id: 'k', name: 'k', percent: '50', on: ['gpu'] }];
    expect(amountsOf({ ...given, coupons })).toEqual(amountsOf({ ...given, coupons: [] }));
  });

  law('adds up: net, tax and credits are sums of lines, and due is never negative', (given) => {
    const { lines, net, tax, credited, due } = rate(given);
    expect(amountsOf(given).reduce((a, b) => a + b, 0n)).toBe(due);
    expect(net + tax - credited).toBe(due);
    expect(due >= 0n && net >= 0n).toBe(true);
    expect(lines.filter((line) => line.kind === 'tax').reduce((all, line) => all + line.amount, 0n)).toBe(tax);
  });
});
