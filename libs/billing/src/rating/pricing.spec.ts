import type { Pricing } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exact } from './exact.js';
import { chargeOf } from './pricing.js';

const unit = exact(4);
const tiers = [
  { upTo: '10', price: '3' },
  { upTo: '20', price: '2' },
  { upTo: null, price: '1' },
];
const kinds: Pricing[] = [
  { kind: 'per-unit', price: '0.5' },
  { kind: 'graduated', tiers },
  { kind: 'volume', tiers },
  { kind: 'package', size: '2.5', price: '7' },
];
/** Of the whole quantity, in units. */
const cost = (pricing: Pricing, quantity: string): string => {
  const to = unit.times(quantity);
  return chargeOf(pricing, { from: exact(0), to, whole: to }, unit)
    .div(unit)
    .toFixed();
};

describe('the charge', () => {
  const [perUnit, graduated, volume, packages] = kinds as [Pricing, Pricing, Pricing, Pricing];
  it.each<[string, Pricing, string, string]>([
    ['nothing used, per unit', perUnit, '0', '0'],
    ['3 x 0.5', perUnit, '3', '1.5'],
    ['a quarter of a unit: 0.25 x 0.5', perUnit, '0.25', '0.125'],
    ['10 x 3: a bound belongs to the tier that it ends', graduated, '10', '30'],
    ['10 x 3 + 0.25 x 2', graduated, '10.25', '30.5'],
    ['10 x 3 + 10 x 2 + 5 x 1', graduated, '25', '55'],
    ['all 10 at 3', volume, '10', '30'],
    ['all 10.25 at 2: less than 10 would cost', volume, '10.25', '20.5'],
    ['all 25 at 1', volume, '25', '25'],
    ['no package is begun by nothing', packages, '0', '0'],
    ['one package is begun: 7', packages, '0.25', '7'],
    ['exactly one package: 7', packages, '2.5', '7'],
    ['the second is begun: 2 x 7', packages, '2.75', '14'],
  ])('%s', (_arithmetic, pricing, quantity, expected) => {
    expect(cost(pricing, quantity)).toBe(expected);
  });

  it.each(kinds)('of parts is that of the whole: $kind', (pricing) => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 199 }), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, (inner) => {
        const edges = [0, ...inner.toSorted((a, b) => a - b), 200];
        const parts = edges.slice(1).map((edge, index) => {
          const slice = { from: exact(edges[index] ?? 0), to: exact(edge), whole: exact(200) };
          return chargeOf(pricing, slice, unit);
        });
        const whole = chargeOf(pricing, { from: exact(0), to: exact(200), whole: exact(200) }, unit);
        expect(parts.reduce((a, b) => a.plus(b)).toFixed()).toBe(whole.toFixed());
      }),
    );
  });
});
