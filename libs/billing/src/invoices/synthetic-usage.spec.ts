import { priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { simulate } from './simulate.js';
import { type SyntheticMonth, syntheticMonth, syntheticUsage } from './synthetic-usage.js';

const HOUR = 3_600_000n;
const prices = priceList.parse({
  rates: [
    { id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.01' } },
    { id: 'memory', name: 'Memory', metric: 'memory', pricing: { kind: 'per-unit', price: '0.001' } },
    { id: 'storage', name: 'Storage', metric: 'storage', pricing: { kind: 'per-unit', price: '0.0001' } },
  ],
});
const book = { currency: 'EUR', rounding: 'half-even' as const };
const app = { name: 'shop', cpuMillicores: 1_000, memoryMib: 1_024, instances: 1 };
const monthOf = (over: object): SyntheticMonth => syntheticMonth.parse({ month: '2026-11', apps: [app], ...over });
const priced = (over: object) => simulate({ book, prices, ...syntheticUsage(monthOf(over)) });
/** Of all apps: `spans` by hand. */
const coreHours = (over: object): bigint => {
  const { spans, period } = syntheticUsage(monthOf(over));
  const milli = spans.map(({ from, to, instances, cpuMillicores }) => {
    const end = to ?? period.to;
    return BigInt(end.getTime() - from.getTime()) * BigInt(instances * cpuMillicores);
  });
  return milli.reduce((all, each) => all + each, 0n) / (HOUR * 1_000n);
};
const hours = (count: (hour: number) => number) => Array.from({ length: 24 }, (_, hour) => count(hour));

describe('a synthetic month', () => {
  it('of one core and one GiB with 10 GiB of storage costs what its hours cost', () => {
    // 720 h: 7.20 + 0.72; 7,200 GiB-hours: 0.72
    const { lines, net } = priced({ apps: [{ ...app, storageGib: 10 }] });
    expect(lines.map(({ id, amount }) => [id, amount])).toEqual([
      ['cpu', 720n],
      ['memory', 72n],
      ['storage', 72n],
    ]);
    expect(net).toBe(864n);
  });

  it.each([
    // 30 days; October has a day of 25 hours in Berlin, March one of 23; Lord Howe moves by half an hour.
    ['2026-11', 'UTC', 720n],
    ['2026-10', 'Europe/Berlin', 745n],
    ['2026-03', 'Europe/Berlin', 743n],
    ['2028-02', 'Asia/Kathmandu', 696n],
  ])('%s in %s has %i hours', (month, timeZone, expected) => {
    expect(coreHours({ month, timeZone })).toBe(expected);
  });

  it('follows the clock on the wall', () => {
    const working = { workdays: hours((hour) => (hour >= 8 && hour < 18 ? 3 : 1)), weekends: hours(() => 0) };
    // November 2026 has 21 days from Monday to Friday, each of 10 x 3 + 14 x 1 = 44.
    expect(coreHours({ apps: [{ ...app, instances: working }], timeZone: 'Europe/Berlin' })).toBe(924n);
  });

  it('repeats an hour that is shown twice, and leaves out one that is not there', () => {
    const atTwo = { workdays: hours(() => 0), weekends: hours((hour) => (hour === 2 ? 1 : 0)) };
    const by = (month: string) => coreHours({ apps: [{ ...app, instances: atTwo }], month, timeZone: 'Europe/Berlin' });
    // October 2026: 9 days of a weekend, one of them with two hours of two o'clock. March: 9, one without.
    expect([by('2026-10'), by('2026-03')]).toEqual([10n, 8n]);
  });

  it('uses what the sum of its hours says, whatever they are', () => {
    const counts = fc.array(fc.nat(5), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(counts, counts, (workdays, weekends) => {
        const sum = (each: readonly number[]) => each.reduce((all, one) => all + one, 0);
        // November 2026: 21 and 9 days.
        const expected = BigInt(21 * sum(workdays) + 9 * sum(weekends));
        expect(coreHours({ apps: [{ ...app, instances: { workdays, weekends } }] })).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [{ month: '2026-13' }],
    [{ timeZone: 'Europe/Atlantis' }],
    [{ apps: [] }],
    [{ apps: [app, app] }],
    [{ apps: [{ ...app, instances: -1 }] }],
    [{ apps: [{ ...app, instances: { workdays: [1], weekends: hours(() => 1) } }] }],
    [{ apps: [{ ...app, cpuMillicores: 0.5 }] }],
    [{ hours: 3 }],
  ])('that is none is refused: %j', (over) => {
    expect(() => monthOf(over)).toThrow();
  });
});
