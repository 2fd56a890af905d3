import { metric, type Metric, priceList, type PriceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { type AppActivity, compareMonths, type Month } from '../src/explain/compare-months.js';
import { partsOf } from '../src/explain/line-parts.js';
import { calendarMonth } from '../src/periods/period.js';
import type { Span } from '../src/spans/history.js';
import { usageOf } from '../src/spans/usage.js';

const hour = 3_600_000;
const at = (month: string, hours: number): Date => new Date(Date.parse(`${month}-01T00:00:00.000Z`) + hours * hour);

const place = { environmentId: 'e', projectId: 'p', cluster: 'local', processType: 'web' };
const span = (over: Partial<Span> & Pick<Span, 'from' | 'to'>): Span => ({
  ...{ workloadId: 'w', appId: 'a', release: 1, cpuMillicores: 1_000, memoryMib: 1_024, instances: 1, ...place },
  ...over,
});

describe('the parts of a line', () => {
  const line = {
    ...{ from: at('2026-11', 0), to: at('2026-11', 720), metric: 'cpu' as const },
    ...{ quantity: 30n * 3_600_000_000n, amount: '0.84' },
  };

  it('are those of each release and size, with what they have of its quantity and amount', () => {
    const spans = [
      span({ from: at('2026-10', 740), to: at('2026-11', 10), release: 1 }),
      span({ from: at('2026-11', 10), to: at('2026-11', 15), release: 2, instances: 2 }),
      span({ from: at('2026-11', 20), to: at('2026-11', 25), release: 2, instances: 2 }),
      span({ from: at('2026-11', 720), to: null, release: 3 }),
    ];
    expect(partsOf(line, spans).map((each) => [each.release, each.spans, each.from, each.to, each.amount])).toEqual([
      [1, 1, '2026-11-01T00:00:00.000Z', '2026-11-01T10:00:00.000Z', '0.2800000000'],
      [2, 2, '2026-11-01T10:00:00.000Z', '2026-11-02T01:00:00.000Z', '0.5600000000'],
    ]);
  });

  it('say how long releases served side by side, which is charged for both', () => {
    const spans = [
      span({ from: at('2026-11', 0), to: at('2026-11', 10), release: 1 }),
      span({ from: at('2026-11', 7), to: at('2026-11', 20), release: 2 }),
      span({ from: at('2026-11', 5), to: at('2026-11', 20), release: 2, processType: 'worker' }),
    ];
    const hours = (count: number) => String(count * 3_600_000);
    expect(partsOf(line, spans).map((each) => [each.release, each.processType, each.overlapMilliseconds])).toEqual([
      [1, 'web', hours(3)],
      [2, 'worker', hours(0)],
      [2, 'web', hours(3)],
    ]);
  });

  it('of one still running end with the line, and of memory count bytes', () => {
    const [part] = partsOf({ ...line, metric: 'memory' }, [span({ from: at('2026-11', 719), to: null })]);
    expect(part).toMatchObject({ to: '2026-12-01T00:00:00.000Z', quantity: String(2n ** 30n * 3_600_000n) });
  });
});

describe('the parts of a line together', () => {
  const [from, to] = [at('2026-11', 0), at('2026-11', 48)];
  const some = fc.record({
    ...{ workloadId: fc.constantFrom('w', 'x'), release: fc.integer({ min: 1, max: 3 }) },
    ...{ processType: fc.constantFrom('web', 'worker'), instances: fc.integer({ min: 1, max: 3 }) },
    ...{ cpuMillicores: fc.constantFrom(0, 333, 1_000), begin: fc.integer({ min: -24, max: 60 }) },
    length: fc.option(fc.integer({ min: 1, max: 60 })),
  });
  const spansOf = fc.array(
    some.map(({ begin, length, ...over }) =>
      span({ ...over, from: at('2026-11', begin), to: length === null ? null : at('2026-11', begin + length) }),
    ),
    { maxLength: 10 },
  );
  const quantityOf = (spans: readonly Span[]) =>
    usageOf(spans, { from, to })
      .filter((each) => each.metric === 'cpu')
      .reduce((all, { quantity }) => all + quantity, 0n);

  it('have all of its quantity and, but for the tenth decimal of each, all of its amount', () => {
    fc.assert(
      fc.property(spansOf, (spans) => {
        const quantity = quantityOf(spans);
        const parts = partsOf({ from, to, metric: 'cpu', quantity, amount: '12.34' }, spans);
        expect(parts.reduce((all, part) => all + BigInt(part.quantity), 0n)).toBe(quantity);
        if (quantity === 0n) return expect(parts).toEqual([]);
        const amount = parts.reduce((all, part) => all + Number(part.amount), 0);
        expect(Math.abs(amount - 12.34)).toBeLessThan(1e-9);
      }),
    );
  });

  it('lie within the line, in the order of their beginnings, and overlap no longer than they last', () => {
    fc.assert(
      fc.property(spansOf, (spans) => {
        const parts = partsOf({ from, to, metric: 'cpu', quantity: quantityOf(spans) || 1n, amount: '1' }, spans);
        expect(parts.map((part) => part.from)).toEqual(parts.map((part) => part.from).toSorted());
        for (const part of parts) {
          expect(part.from >= from.toISOString() && part.to <= to.toISOString() && part.from < part.to).toBe(true);
          expect(Number(part.overlapMilliseconds)).toBeLessThanOrEqual(Date.parse(part.to) - Date.parse(part.from));
        }
      }),
    );
  });

  it('are told apart by workload, cluster and each size, and joined in everything else', () => {
    const [begin, end] = [at('2026-11', 1), at('2026-11', 2)];
    const alike = { from: begin, to: end };
    const others: Partial<Span>[] = [
      ...[{ workloadId: 'x' }, { cluster: 'far' }, { release: 2 }, { processType: 'worker' }],
      ...[{ cpuMillicores: 7 }, { memoryMib: 7 }, { storageBytes: 7 }, { buildMillicores: 7 }, { egressBytes: 7 }],
      { domains: 7 },
    ];
    const line = { from, to, metric: 'cpu' as const, quantity: 1n, amount: '1' };
    for (const other of others)
      expect(partsOf(line, [span(alike), span({ ...alike, ...other })]).map((part) => part.spans)).toEqual([1, 1]);
    const joined = partsOf(line, [span(alike), span({ ...alike, instances: 4 })]);
    expect(joined).toMatchObject([{ spans: 2, instanceMilliseconds: `${5 * hour}` }]);
  });
});

type Prices = z.input<typeof priceList>;
const perUnit = (cpu: string, over: Partial<Prices> = {}): Prices => ({
  rates: [
    { id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: cpu } },
    { id: 'memory', name: 'Memory', metric: 'memory', pricing: { kind: 'per-unit', price: '0' } },
  ],
  ...over,
});

function activityOf(spans: readonly Span[], stretch: { from: Date; to: Date }): AppActivity[] {
  const usage = usageOf(spans, stretch);
  return [...new Set(usage.map(({ appId }) => appId))].map((appId) => {
    const own = spans.filter((each) => each.appId === appId);
    const of = (each: Metric) => usage.find((one) => one.appId === appId && one.metric === each)!.quantity;
    const lengths = own.map((each) => BigInt(each.to!.getTime() - each.from.getTime()));
    return {
      appId,
      quantity: Object.fromEntries(metric.options.map((each) => [each, of(each)])) as Record<Metric, bigint>,
      // These spans of one app never run at the same time.
      milliseconds: lengths.reduce((all, each) => all + each, 0n),
      instanceMilliseconds: own.reduce((all, each, index) => all + lengths[index]! * BigInt(each.instances), 0n),
    };
  });
}

function monthOf(name: string, prices: Prices, spans: readonly Span[], taxes: Month['rated']['taxes'] = []): Month {
  const period = { ...calendarMonth(name, 'UTC'), timeZone: 'UTC' };
  const parsed: PriceList = priceList.parse(prices);
  const version = { version: 1, validFrom: period.from.toISOString(), validTo: null, prices: parsed };
  const segments = [{ version, from: period.from, to: period.to, usage: usageOf(spans, period) }];
  const book = { id: 'b', name: 'default', currency: 'EUR', rounding: 'half-even' as const };
  return { rated: { period, book, segments, coupons: [], taxes, credits: [] }, activity: activityOf(spans, period) };
}

const run = (month: string, appId: string, hours: number, over: Partial<Span> = {}) =>
  span({ appId, from: at(month, 0), to: at(month, hours), ...over });
const causes = (before: Month, after: Month) =>
  compareMonths(before, after).changes.map(({ cause, appId, amount }) => `${cause} ${appId ?? '-'} ${amount}`);

describe('why a month costs other than another', () => {
  const october = monthOf('2026-10', perUnit('1'), [run('2026-10', 'a', 100)]);

  it.each<[string, Month, string[]]>([
    ['nothing changed', monthOf('2026-11', perUnit('1'), [run('2026-11', 'a', 100)]), []],
    // 150 hours for 100: 50 x 1.00
    ['longer running', monthOf('2026-11', perUnit('1'), [run('2026-11', 'a', 150)]), ['time a 5000']],
    // 3 instances for 1: 200 x 1.00
    [
      'more instances',
      monthOf('2026-11', perUnit('1'), [run('2026-11', 'a', 100, { instances: 3 })]),
      ['instances a 20000'],
    ],
    // 500 millicores for 1,000: -50 x 1.00
    [
      'smaller ones',
      monthOf('2026-11', perUnit('1'), [run('2026-11', 'a', 100, { cpuMillicores: 500 })]),
      ['size a -5000'],
    ],
    // 100 x (1.20 - 1.00)
    ['another price', monthOf('2026-11', perUnit('1.2'), [run('2026-11', 'a', 100)]), ['price - 2000']],
    [
      'a new app',
      monthOf('2026-11', perUnit('1'), [run('2026-11', 'a', 100), run('2026-11', 'b', 7)]),
      ['new-app b 700'],
    ],
    ['an app that is gone', monthOf('2026-11', perUnit('1'), []), ['app-gone a -10000']],
    // First 50 x 1.00 for time, then 150 x 1.00 for the second instance; 10 % of 200.00 more; a fee of 30.00, taxed, too
    [
      'several at once, with a fee and a tax',
      monthOf(
        '2026-11',
        perUnit('1', { fees: [{ id: 'support', name: 'Support', amount: '30' }] }),
        [run('2026-11', 'a', 150, { instances: 2 })],
        [{ id: 'vat', name: 'VAT', percent: '10' }],
      ),
      ['instances a 15000', 'time a 5000', 'tax - 3300', 'fee - 3000'],
    ],
  ])('%s', (_name, november, expected) => expect(causes(october, november)).toEqual(expected));

  it('names what an allowance makes of it', () => {
    const free = (month: string, hours: number) => {
      const [cpu, memory] = perUnit('1').rates;
      const prices = { rates: [{ ...cpu!, free: { quantity: '100', of: 'organization' as const } }, memory!] };
      return monthOf(month, prices, [run(month, 'a', hours)]);
    };
    // 110 hours cost 10.00, 0.0909 each on average; 110 more at that are 10.00, but each of them costs 1.00
    expect(causes(free('2026-10', 110), free('2026-11', 220))).toEqual(['tiers - 10000', 'time a 1000']);
  });

  it.each(['storage', 'build', 'egress', 'domain'] as const)(
    'calls more %s more, whatever time instances ran',
    (each) => {
      const rates = [{ id: each, name: each, metric: each, pricing: { kind: 'per-unit' as const, price: '0.001' } }];
      const size = { storage: 'storageBytes', build: 'buildMillicores', egress: 'egressBytes', domain: 'domains' }[
        each
      ];
      const used = (month: string, hours: number, amount: number) =>
        monthOf(month, { rates }, [run(month, 'a', hours, { [size]: amount })]);
      const unit = 10_000_000_000;
      const [before, after] = [used('2026-10', 100, unit), used('2026-11', 300, 2 * unit)];
      const { changes, before: first, after: second } = compareMonths(before, after);
      // What two roundings differ by is nobody's.
      const [bigger, ...rest] = changes;
      expect(bigger).toMatchObject({ cause: 'size', appId: 'a', metric: each });
      expect(bigger!.amount > 0n).toBe(true);
      expect(rest.every(({ cause, amount }) => cause === 'tiers' && (amount === 1n || amount === -1n))).toBe(true);
      expect(changes.reduce((all, { amount }) => all + amount, 0n)).toBe(second - first);
    },
  );

  it('puts the biggest change first, up or down', () => {
    const found = compareMonths(
      monthOf('2026-10', perUnit('1'), [run('2026-10', 'a', 100), run('2026-10', 'b', 10), run('2026-10', 'c', 1)]),
      monthOf('2026-11', perUnit('1'), [run('2026-11', 'b', 40), run('2026-11', 'c', 3), run('2026-11', 'd', 5)]),
    );
    expect(found.changes.map(({ cause, amount }) => [cause, amount])).toEqual([
      ['app-gone', -10_000n],
      ['time', 3_000n],
      ['new-app', 500n],
      ['time', 200n],
    ]);
  });

  it('compares with the prices that held at the end of the month before', () => {
    const before = monthOf('2026-10', perUnit('1'), [run('2026-10', 'a', 100)]);
    const [segment] = before.rated.segments;
    const middle = at('2026-10', 50);
    const dearer = { ...segment!.version, version: 2, prices: priceList.parse(perUnit('2')) };
    const spans = [run('2026-10', 'a', 100)];
    const segments = [
      { ...segment!, to: middle, usage: usageOf(spans, { from: segment!.from, to: middle }) },
      { ...segment!, from: middle, version: dearer, usage: usageOf(spans, { from: middle, to: segment!.to }) },
    ];
    // 50 x 1.00 and 50 x 2.00, then 100 x 2.00 twice: the price had risen before the second month began
    const found = compareMonths(
      { ...before, rated: { ...before.rated, segments } },
      monthOf('2026-11', perUnit('2'), [run('2026-11', 'a', 100)]),
    );
    expect([found.before, found.after]).toEqual([15_000n, 20_000n]);
    expect(found.changes.map(({ cause, amount }) => [cause, amount])).toEqual([['tiers', 5_000n]]);
  });

  const app = fc.record({
    ...{ hours: fc.integer({ min: 0, max: 700 }), instances: fc.integer({ min: 1, max: 9 }) },
    size: fc.constantFrom(1, 250, 999, 4_000),
  });
  const apps = fc.array(app, { maxLength: 4 });
  const prices = fc.record({ price: fc.constantFrom('0', '0.028', '1.0000000001'), fee: fc.constantFrom('0', '7.77') });

  it('adds up to the difference, whatever changes', () => {
    const spansOf = (month: string, all: readonly { hours: number; instances: number; size: number }[]) =>
      all
        .filter(({ hours }) => hours > 0)
        .map(({ hours, instances, size }, index) =>
          run(month, `app-${index}`, hours, { instances, cpuMillicores: size }),
        );
    const book = ({ price, fee }: { price: string; fee: string }) =>
      perUnit(price, { fees: [{ id: 'fee', name: 'Fee', amount: fee }] });
    fc.assert(
      fc.property(apps, apps, prices, prices, (former, now, formerPrices, nowPrices) => {
        const before = monthOf('2026-10', book(formerPrices), spansOf('2026-10', former));
        const after = monthOf('2026-11', book(nowPrices), spansOf('2026-11', now));
        const found = compareMonths(before, after);
        const total = found.changes.reduce((all, { amount }) => all + amount, 0n);
        expect(total).toBe(found.after - found.before);
        expect(compareMonths(after, after).changes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('tells every metric apart', () => {
    const dear = perUnit('1');
    dear.rates[1]!.pricing = { kind: 'per-unit', price: '2' };
    const found = compareMonths(
      monthOf('2026-10', dear, [run('2026-10', 'a', 10)]),
      monthOf('2026-11', dear, [run('2026-11', 'a', 20)]),
    );
    expect(found.changes.map((each) => each.metric)).toEqual(['memory', 'cpu']);
  });
});
