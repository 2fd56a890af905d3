import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantityPerMonth } from './estimate.js';
import { lineOf, minus, priceOf, totalOf } from './price.js';

const coreHour = 3_600_000_000n;
const gibHour = 3_600_000n * 2n ** 30n;
const rates = { coreHour: '0.0280000000', gibHour: '0.0070000000' };
const quantity = (millicoreMilliseconds: bigint, byteMilliseconds: bigint) => ({
  millicoreMilliseconds,
  byteMilliseconds,
});

describe('a price', () => {
  it.each([
    ['nothing', 0n, 0n, '0.00'],
    ['one core-hour', coreHour, 0n, '0.03'],
    ['one GiB-hour', 0n, gibHour, '0.01'],
    ['1,000 core-hours', 1000n * coreHour, 0n, '28.00'],
    ['1,000 of each', 1000n * coreHour, 1000n * gibHour, '35.00'],
    ['far more than a float can count', 10n ** 15n * coreHour, 0n, '28000000000000.00'],
  ])('of %s', (_name, cpu, memory, total) => {
    expect(totalOf(priceOf(quantity(cpu, memory), rates))).toBe(total);
  });

  it.each([
    ['down to even', '0.0250000000', '0.02'],
    ['up to even', '0.0350000000', '0.04'],
    ['up when it is a hair more than half', '0.0250000001', '0.03'],
    ['down when it is a hair less than half', '0.0349999999', '0.03'],
  ])('is rounded half to even: %s', (_name, price, total) => {
    expect(totalOf(priceOf(quantity(coreHour, 0n), { coreHour: price, gibHour: '0' }))).toBe(total);
  });

  it('loses no half cent beside 34 digits', () => {
    const half = quantity((10n ** 33n + 3n) * coreHour, 0n);
    expect(totalOf(priceOf(half, { coreHour: '0.005', gibHour: '0' }))).toBe(`5${'0'.repeat(30)}.02`);
  });

  it('is rounded once: lines of half a cent add up before, not after', () => {
    const half = priceOf(quantity(coreHour, gibHour), { coreHour: '0.005', gibHour: '0.005' });
    expect(totalOf(half)).toBe('0.01');
    expect(lineOf(half)).toEqual({ cpu: '0.0050000000', memory: '0.0050000000', total: '0.0100000000' });
  });

  it('has ten decimals on a line', () => {
    expect(lineOf(priceOf(quantity(1n, 0n), rates)).cpu).toBe('0.0000000000');
    expect(lineOf(priceOf(quantity(coreHour / 3n, 0n), rates)).cpu).toBe('0.0093333333');
  });

  it('of less is negative, and of a hair less is zero without a sign', () => {
    const one = priceOf(quantity(coreHour, 0n), rates);
    const two = priceOf(quantity(2n * coreHour, 0n), rates);
    expect(totalOf(minus(one, two))).toBe('-0.03');
    expect(totalOf(minus(priceOf(quantity(0n, 0n), rates), priceOf(quantity(1n, 0n), rates)))).toBe('0.00');
  });

  /** The same in integers alone: cents, half to even, of a fraction. */
  const slowTotal = (cpu: bigint, memory: bigint, core: bigint, gib: bigint): string => {
    const top = (cpu * core * 2n ** 30n + memory * gib * 1000n) * 100n;
    const bottom = 3_600_000_000n * 2n ** 30n * 10n ** 10n;
    const whole = top / bottom;
    const twice = (top % bottom) * 2n;
    const cents = twice > bottom || (twice === bottom && whole % 2n === 1n) ? whole + 1n : whole;
    return `${cents / 100n}.${(cents % 100n).toString().padStart(2, '0')}`;
  };
  const rate = (scaled: bigint) => `${scaled / 10n ** 10n}.${(scaled % 10n ** 10n).toString().padStart(10, '0')}`;

  it('equals what exact integers say, for any quantity and rate', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 24n });
    const price = fc.bigInt({ min: 0n, max: 10n ** 12n });
    fc.assert(
      fc.property(amount, amount, price, price, (cpu, memory, core, gib) => {
        const total = totalOf(priceOf(quantity(cpu, memory), { coreHour: rate(core), gibHour: rate(gib) }));
        expect(total).toBe(slowTotal(cpu, memory, core, gib));
      }),
    );
  });
});

describe('a month of an allocation', () => {
  it('is 730 hours of every instance', () => {
    const entries = [
      { instances: 2, cpuMillicores: 500, memoryMib: 512 },
      { instances: 1, cpuMillicores: 1000, memoryMib: 1024 },
    ];
    expect(quantityPerMonth(entries)).toEqual(quantity(2n * 730n * coreHour, 2n * 730n * gibHour));
    expect(quantityPerMonth([])).toEqual(quantity(0n, 0n));
  });
});
