import { metric, type MeteredEntry, type PriceBookVersion, priceList } from '@berth/contracts/metering';
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { rate } from '../src/rating/rate.js';
import { type Fact, spansOf } from '../src/spans/history.js';
import { compareSpans, SpanDigest } from '../src/spans/span-digest.js';
import { clipped, usageOf } from '../src/spans/usage.js';

const START = Date.UTC(2026, 10, 1);
const MONTH = { from: new Date(START), to: new Date(Date.UTC(2026, 11, 1)) };

interface Change {
  readonly entries: readonly MeteredEntry[];
  /** Milliseconds since the change before. */
  readonly after: number;
}

const entry: fc.Arbitrary<MeteredEntry> = fc.record(
  {
    ...{ cluster: fc.constantFrom('local', 'berlin'), processType: fc.constantFrom('web', 'worker') },
    ...{ release: fc.integer({ min: 0, max: 2 }), instances: fc.integer({ min: 1, max: 4 }) },
    ...{ cpuMillicores: fc.constantFrom(0, 7, 1_000), memoryMib: fc.constantFrom(0, 16, 1_024) },
    ...{ storageBytes: fc.constantFrom(1, 2 ** 40), buildMillicores: fc.constant(1_000) },
    ...{ egressBytes: fc.constant(1), domains: fc.constant(1) },
  },
  { requiredKeys: ['cluster', 'processType', 'release', 'instances', 'cpuMillicores', 'memoryMib'] },
);
const history = fc.array(
  // Some at one moment, some an hour long, some beyond the end of the month.
  fc.record({ entries: fc.array(entry, { maxLength: 3 }), after: fc.constantFrom(0, 1, 3_599_999, 400_000_000) }),
  { minLength: 1, maxLength: 8 },
);
/** Which allocation is told in two, how much later the second part, and how the instances of an entry are told apart. */
const split = fc.record({ which: fc.nat(), later: fc.double({ min: 0, max: 1, noNaN: true }), apart: fc.nat() });
type Split = typeof split extends fc.Arbitrary<infer Value> ? Value : never;

const factsOf = (changes: readonly Change[]): Fact[] => {
  let at = START;
  return changes.map(({ entries, after }, index) => ({
    ...{ source: '/berth/deployment-management', id: `${index}`, epoch: 0, isSnapshot: false },
    data: {
      ...{ workloadId: 'w', organizationId: 'o', projectId: 'p', environmentId: 'e', appId: 'a' },
      ...{ allocationVersion: index + 1, effectiveAt: new Date((at += after)).toISOString(), entries: [...entries] },
    },
  }));
};

/** The same, but that one allocation is told in two: twice its values, the second time before the next change or with it. */
function inTwo(changes: readonly Change[], { which, later, apart }: Split): Change[] {
  const index = which % changes.length;
  const [cut, next] = [changes[index]!, changes[index + 1]];
  const after = Math.floor(later * (next?.after ?? 86_400_000));
  const second = { entries: toldApart(cut.entries, apart), after };
  const rest = next ? [{ ...next, after: next.after - after }] : [];
  return [...changes.slice(0, index + 1), second, ...rest, ...changes.slice(index + 2)];
}

function toldApart(entries: readonly MeteredEntry[], apart: number): MeteredEntry[] {
  return entries.flatMap((each) => {
    const first = each.instances > 1 ? 1 + (apart % (each.instances - 1)) : 1;
    return first === each.instances
      ? [each]
      : [
          { ...each, instances: first },
          { ...each, instances: each.instances - first },
        ];
  });
}

const prices = priceList.parse({
  rates: metric.options.map((each) => ({
    ...{ id: each, name: each, metric: each },
    pricing: {
      kind: 'graduated',
      tiers: [
        { upTo: '1.5', price: '0.0333' },
        { upTo: null, price: '0.0111111111' },
      ],
    },
  })),
});
const version: PriceBookVersion = { version: 1, validFrom: MONTH.from.toISOString(), validTo: null, prices };

function billOf(facts: readonly Fact[]) {
  const spans = spansOf(facts);
  const usage = usageOf(spans, MONTH);
  const digest = new SpanDigest();
  for (const span of spans.flatMap((each) => clipped(each, MONTH) ?? []).toSorted(compareSpans)) digest.add(span);
  const money = { currency: 'EUR', rounding: 'half-even', coupons: [], taxes: [], credits: [] } as const;
  const rated = rate({ ...money, segments: [{ ...MONTH, version, usage }] });
  return { usage, sums: digest.sums(), spans: digest.done(), rated };
}

describe('one allocation that is told in two with the same values', () => {
  it('changes no span, no total, no cost, no invoice and no hash', () => {
    fc.assert(
      fc.property(history, split, (changes, cut) => {
        expect(billOf(factsOf(inTwo(changes, cut)))).toEqual(billOf(factsOf(changes)));
      }),
      { numRuns: 1_000 },
    );
  });
});
