import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { amount10, createAgreement, createPriceBook, percentOrNone, positive10, pricing } from '../src/metering.js';
import { at, describeBody, long, uuid, wrongIn } from './support/body.js';

describe('an amount', () => {
  const digits = fc.bigInt({ min: 0n, max: 10n ** 15n - 1n });
  const decimals = fc.option(fc.stringMatching(/^[0-9]{1,10}$/), { nil: undefined });

  it('is every number of up to 15 digits and ten decimals as it is written, and 0 is not positive', () => {
    fc.assert(
      fc.property(digits, decimals, (whole, rest) => {
        const text = rest === undefined ? `${whole}` : `${whole}.${rest}`;
        expect(amount10.parse(text)).toBe(text);
        expect(positive10.safeParse(text).success).toBe(BigInt(`${whole}${rest ?? ''}`) > 0n);
      }),
    );
  });

  it.each([
    '',
    '.5',
    '1.',
    '01',
    '-1',
    '+1',
    '1e3',
    '1,5',
    ' 1',
    '1 ',
    '٣',
    'Infinity',
    `1.${long(11, '0')}`,
    long(16, '9'),
  ])('is not %j', (text) => expect(amount10.safeParse(text).success).toBe(false));
});

describe('a percentage', () => {
  it('is 0 to 100 with at most ten decimals', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n * 10n ** 12n }), (tenths) => {
        const [whole, rest] = [tenths / 10n ** 10n, `${tenths % 10n ** 10n}`.padStart(10, '0')];
        expect(percentOrNone.safeParse(`${whole}.${rest}`).success).toBe(tenths <= 10n ** 12n);
      }),
    );
  });

  it.each(['', '-0', '100.5', '101', '007', '5%', '1.12345678901'])('is not %j', (text) => {
    expect(percentOrNone.safeParse(text).success).toBe(false);
  });
});

describe('tiers', () => {
  const tiers = (...bounds: (string | null)[]) => ({
    kind: 'graduated',
    tiers: bounds.map((upTo) => ({ upTo, price: '1' })),
  });

  it.each([
    [tiers(null)],
    [tiers('0.0000000001', '1', '10', null)],
    [tiers('9', '10', null)],
    [tiers('999999999999999.9999999998', '999999999999999.9999999999', null)],
  ])('may be %j', (value) => expect(wrongIn(pricing, value)).toEqual([]));

  it.each([
    [tiers(), ['/tiers', '/tiers']],
    [tiers('1'), ['/tiers']],
    [tiers(null, null), ['/tiers']],
    [tiers('1', '1.0', null), ['/tiers']],
    [tiers('10', '9', null), ['/tiers']],
    [tiers('0', null), ['/tiers/0/upTo']],
    [tiers('1', 'many', null), ['/tiers/1/upTo']],
    [tiers('1', '2', '-3', null), ['/tiers/2/upTo']],
    [{ kind: 'package', size: '0', price: '1' }, ['/size']],
    [{ kind: 'per-unit', price: 1 }, ['/price']],
    [{ kind: 'free' }, ['/kind']],
  ])('may not be %j', (value, wrong) => expect(new Set(wrongIn(pricing, value))).toEqual(new Set(wrong)));

  it('are in order exactly when each bound is above the one before', () => {
    const bound = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.array(bound, { minLength: 1, maxLength: 5 }), (bounds) => {
        const texts = bounds.map(([whole, tenth]) => `${whole}.${tenth}`);
        const values = bounds.map(([whole, tenth]) => whole * 10 + tenth);
        const isRising = values.every((each, index) => index === 0 || each > values[index - 1]!);
        expect(pricing.safeParse(tiers(...texts, null)).success).toBe(isRising);
      }),
    );
  });
});

const rate = { id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.02' } };
const prices = { rates: [rate], fees: [{ id: 'base', name: 'Base', amount: '5' }] };
const discount = { id: 'early', name: 'Early', percent: '10' };

describeBody({
  name: 'a price book',
  schema: createPriceBook,
  valid: { name: 'standard', currency: 'EUR', prices },
  takes: [
    ['/prices/discounts', [discount, { id: 'less', name: 'Less', amount: '1', on: ['base'] }]],
    ['/prices/rates/0/free', { quantity: '10', of: 'app' }],
    ['/prices/rates/0/name', long(100)],
    ['/prices/rates', []],
  ],
  refuses: [
    ['/currency', 'eur'],
    ['/currency', 'EURO'],
    ['/rounding', 'down'],
    ['/prices/minimum', '0'],
    ['/prices/rates/0/name', long(101)],
    ['/prices/rates/0/metric', 'network'],
    ['/prices/rates/0/free', { quantity: '0', of: 'app' }, '/prices/rates/0/free/quantity'],
    ['/prices/rates', [rate, { ...rate, id: 'cpu-2' }], '/prices'],
    ['/prices/fees/0/id', 'cpu', '/prices'],
    ['/prices/discounts', [{ ...discount, on: ['gone'] }], '/prices'],
    ['/prices/discounts', [{ ...discount, on: [] }], '/prices/discounts/0/on'],
    ['/prices/discounts', [{ ...discount, amount: '1' }], '/prices/discounts/0'],
    ['/prices/discounts', [{ id: 'none', name: 'None' }], '/prices/discounts/0'],
    ['/prices/discounts', [{ ...discount, percent: '0.0' }], '/prices/discounts/0/percent'],
    ['/prices/discounts', [{ ...discount, percent: '100.1' }], '/prices/discounts/0/percent'],
  ],
});

describeBody({
  name: 'an agreement',
  schema: createAgreement,
  valid: { organizationId: uuid, validFrom: at, priceBookId: uuid },
  takes: [['/terms', { rates: [rate], without: ['base'], discounts: [discount] }]],
  refuses: [
    ['/terms', { without: Array.from({ length: 101 }, () => 'base') }, '/terms/without'],
    ['/terms', { cheaper: true }],
    ['/validFrom', '2026-11-21'],
  ],
});
