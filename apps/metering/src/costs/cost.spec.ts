import { type PriceBookVersion, priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { cutsOf } from '../price-books/price-book.js';
import type { Quantity } from '../usage/usage.js';
import { chargesOf, lineOf, segmentsOf, shareOf, totalOf } from './cost.js';
import { minus, pricePerMonth, quantityPerMonth } from './estimate.js';

const coreHour = 3_600_000_000n;
const gibHour = 3_600_000n * 2n ** 30n;
const at = (hour: number) => new Date(Date.UTC(2026, 10, 1, hour));
const money = { digits: 2, rounding: 'half-even' as const };
const version = (number: number, from: Date, to: Date | null, price: string): PriceBookVersion => ({
  ...{ version: number, validFrom: from.toISOString(), validTo: to?.toISOString() ?? null },
  prices: priceList.parse({
    rates: [
      { id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price } },
      { id: 'memory', name: 'Memory', metric: 'memory', pricing: { kind: 'per-unit', price: '0.007' } },
    ],
  }),
});
const quantity = (cores: bigint, gibs: bigint): Quantity => ({
  millicoreMilliseconds: cores,
  byteMilliseconds: gibs,
  storageByteMilliseconds: 0n,
  buildMillicoreMilliseconds: 0n,
  egressBytes: 0n,
  domainMilliseconds: 0n,
  instanceMilliseconds: 0n,
});

describe('an interval', () => {
  const [first, second] = [version(1, at(-99), at(5), '1'), version(2, at(5), null, '2')];
  it('is cut where a price changes', () => {
    const cuts = cutsOf([first, second], at(0), at(9));
    expect(cuts.map(({ from, to }) => [from, to])).toEqual([
      [at(0), at(5)],
      [at(5), at(9)],
    ]);
  });

  it.each([
    ['before the change', at(0), at(5), [1]],
    ['after the change', at(5), at(6), [2]],
    ['of no length', at(3), at(3), []],
  ])('%s has one version or none', (_name, from, to, expected) => {
    expect(cutsOf([first, second], from, to).map((cut) => cut.version.version)).toEqual(expected);
  });
});

describe('a cost', () => {
  const cut = { version: version(1, at(0), null, '0.028'), from: at(0), to: at(9) };
  const charges = (...used: Quantity[]) =>
    chargesOf(
      segmentsOf(
        [cut],
        used.map((each, index) => ({ appId: `${index}`, interval: 0, quantity: each })),
      ),
    );

  it.each([
    ['nothing', quantity(0n, 0n), '0.00'],
    ['one core-hour', quantity(coreHour, 0n), '0.03'],
    ['1,000 of each', quantity(1000n * coreHour, 1000n * gibHour), '35.00'],
    ['far more than a float can count', quantity(10n ** 15n * coreHour, 0n), '28000000000000.00'],
  ])('of %s', (_name, used, total) => {
    expect(totalOf(shareOf(charges(used), [used]), money)).toBe(total);
  });

  it('of a part is its share, with ten decimals for reading', () => {
    const [part, rest] = [quantity(coreHour / 3n, gibHour), quantity(coreHour - coreHour / 3n, 0n)];
    expect(lineOf(charges(part, rest), [part], money)).toEqual({
      ...{ cpu: '0.0093333333', memory: '0.0070000000', storage: '0.0000000000', build: '0.0000000000' },
      egress: '0.0000000000',
      domain: '0.0000000000',
      total: '0.0163333333',
    });
  });

  it('over a change of price is that of both', () => {
    const cuts = cutsOf([version(1, at(-9), at(5), '1'), version(2, at(5), null, '2')], at(0), at(9));
    const used = [quantity(coreHour, 0n), quantity(3n * coreHour, 0n)];
    const found = chargesOf(
      segmentsOf(
        cuts,
        used.map((each, interval) => ({ appId: 'a', interval, quantity: each })),
      ),
    );
    expect(totalOf(shareOf(found, used), money)).toBe('7.00');
    expect(lineOf(found, used, money).cpu).toBe('7.0000000000');
  });
});

describe('a month of an allocation', () => {
  const entries = [
    { instances: 2, cpuMillicores: 500, memoryMib: 512 },
    { instances: 1, cpuMillicores: 1000, memoryMib: 1024 },
  ];
  it('is 730 hours of every instance', () => {
    const instanceMilliseconds = 3n * 730n * 3_600_000n;
    const used = quantity(2n * 730n * coreHour, 2n * 730n * gibHour);
    expect(quantityPerMonth(entries)).toEqual({ ...used, instanceMilliseconds });
    expect(quantityPerMonth([])).toEqual(quantity(0n, 0n));
    const storageByteMilliseconds = 730n * 3n * gibHour;
    expect(quantityPerMonth([], 3 * 1024)).toEqual({ ...quantity(0n, 0n), storageByteMilliseconds });
  });

  it('costs less than before by an exact difference, and nothing has no sign', () => {
    const now = { version: version(1, at(0), null, '0.028'), from: at(0), to: at(1) };
    const [more, less] = [pricePerMonth(entries, 0, now), pricePerMonth(entries.slice(1), 0, now)];
    expect(totalOf([minus(less, more)], money)).toBe('-25.55');
    expect(totalOf([minus(less, less)], money)).toBe('0.00');
  });
});
