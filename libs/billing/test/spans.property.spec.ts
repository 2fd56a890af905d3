import { metric } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, mayFollow, type Span, spansOf } from '../src/spans/history.js';
import { type ClippedSpan, compareSpans, SpanDigest } from '../src/spans/span-digest.js';
import { clipped, sizeOf, usageOf } from '../src/spans/usage.js';

const MINUTES = 30;
const at = (minute: number) => new Date(Date.UTC(2026, 10, 1) + minute * 60_000);
const period = { from: at(0), to: at(MINUTES) };

type Entry = Fact['data']['entries'][number];
const entry: fc.Arbitrary<Entry> = fc.record({
  ...{ cluster: fc.constantFrom('near', 'far'), release: fc.integer({ min: 1, max: 2 }) },
  ...{ processType: fc.constantFrom('web', 'worker'), instances: fc.integer({ min: 1, max: 3 }) },
  ...{ cpuMillicores: fc.constantFrom(250, 1_000), memoryMib: fc.constant(64) },
});
const told = fc.array(
  fc.record({ minute: fc.integer({ min: 0, max: MINUTES }), entries: fc.array(entry, { maxLength: 3 }) }),
  { minLength: 1, maxLength: 8 },
);
type Told = readonly { readonly minute: number; readonly entries: Entry[] }[];

const factOf = ({ minute, entries }: Told[number], version: number): Fact => ({
  ...{ source: 's', id: `${version}`, epoch: 0, isSnapshot: false },
  data: {
    ...{ workloadId: 'w', appId: 'a', environmentId: 'e', projectId: 'p', organizationId: 'o' },
    ...{ allocationVersion: version, effectiveAt: at(minute).toISOString(), entries },
  },
});
const factsOf = (all: Told): Fact[] => all.map((each, index) => factOf(each, index + 1));
const kindOf = ({ cluster, release, processType, cpuMillicores }: Omit<Entry, 'instances'>) =>
  `${cluster} ${release} ${processType} ${cpuMillicores}`;

/** The second opinion: what ran in each minute, by going through all that was told for each of them. */
function minuteByMinute(all: Told): Record<string, number>[] {
  return Array.from({ length: MINUTES }, (_, minute) => {
    let [holds, begun]: [readonly Entry[], number] = [[], 0];
    for (const each of all) {
      // What was told before stays: a change that claims to be older holds from the change before on.
      begun = Math.max(begun, each.minute);
      if (begun <= minute) holds = each.entries;
    }
    const running: Record<string, number> = {};
    for (const each of holds) running[kindOf(each)] = (running[kindOf(each)] ?? 0) + each.instances;
    return running;
  });
}

function runningIn(spans: readonly Span[], minute: number): Record<string, number> {
  const running: Record<string, number> = {};
  for (const span of spans)
    if (span.from <= at(minute) && (span.to === null || span.to > at(minute)))
      running[kindOf(span)] = (running[kindOf(span)] ?? 0) + span.instances;
  return running;
}

describe('spans of whatever is told of a workload', () => {
  it('say of each minute what ran in it', () => {
    fc.assert(
      fc.property(told, (all) => {
        const spans = spansOf(factsOf(all));
        minuteByMinute(all).forEach((running, minute) => expect(runningIn(spans, minute)).toEqual(running));
      }),
      { numRuns: 500 },
    );
  });

  it('are never empty, and no two of one kind overlap', () => {
    fc.assert(
      fc.property(told, (all) => {
        const spans = spansOf(factsOf(all));
        for (const span of spans) expect(span.to === null || span.from < span.to).toBe(true);
        const byKind = Object.values(Object.groupBy(spans, kindOf)).map((each) =>
          (each ?? []).toSorted((a, b) => +a.from - +b.from),
        );
        for (const own of byKind)
          own.slice(1).forEach((span, index) => {
            const { to } = own[index]!;
            expect(to !== null && to <= span.from).toBe(true);
          });
      }),
      { numRuns: 500 },
    );
  });

  it('end their story where one fact is missing, as if the later ones had never been told', () => {
    fc.assert(
      fc.property(told, fc.nat(7), (all, hole) => {
        const facts = factsOf(all);
        expect(spansOf(facts.toSpliced(hole, 1))).toEqual(spansOf(facts.slice(0, hole)));
      }),
    );
  });

  it('go on behind a hole with the next snapshot, whatever was lost', () => {
    fc.assert(
      fc.property(told, fc.nat(7), (all, hole) => {
        const facts = factsOf(all);
        const snapshot = { ...factOf(all.at(-1)!, facts.length + 1), isSnapshot: true };
        const spans = spansOf([...facts.toSpliced(hole, 1), snapshot]);
        const open = spans.filter(({ to }) => to === null);
        expect(runningIn(open, MINUTES)).toEqual(runningIn(spansOf(facts), MINUTES));
      }),
    );
  });

  it('count in usage what runs minute by minute', () => {
    fc.assert(
      fc.property(told, (all) => {
        const usage = usageOf(spansOf(factsOf(all)), period);
        const coreMinutes = minuteByMinute(all)
          .flatMap((running) => Object.entries(running))
          .reduce((sum, [kind, instances]) => sum + BigInt(kind.split(' ').at(-1)!) * BigInt(instances), 0n);
        expect(usage.find((each) => each.metric === 'cpu')?.quantity ?? 0n).toBe(coreMinutes * 60_000n);
      }),
    );
  });

  it('have the same usage in the whole as in pieces of any length', () => {
    const cut = fc.integer({ min: 1, max: MINUTES * 60_000 - 1 });
    fc.assert(
      fc.property(told, cut, (all, middle) => {
        const spans = spansOf(factsOf(all));
        const between = new Date(+period.from + middle);
        const of = (from: Date, to: Date) => (each: string) =>
          usageOf(spans, { from, to }).find((one) => one.metric === each)?.quantity ?? 0n;
        const [whole, left, right] = [of(period.from, period.to), of(period.from, between), of(between, period.to)];
        for (const each of metric.options) expect(left(each) + right(each)).toBe(whole(each));
      }),
    );
  });
});

describe('what may follow', () => {
  const fact = (epoch: number, version: number, kind: 'change' | 'snapshot' | 'bridge' = 'change') => {
    const { data } = factOf({ minute: 0, entries: [] }, version);
    return {
      ...{ epoch, isSnapshot: kind === 'snapshot' },
      data: kind === 'bridge' ? { ...data, followsEpochs: true as const } : data,
    };
  };
  it.each<[string, ReturnType<typeof fact>, [number, number], boolean]>([
    ['the next version', fact(1, 6), [1, 5], true],
    ['the same version', fact(1, 5), [1, 5], false],
    ['the same version as a snapshot', fact(1, 5, 'snapshot'), [1, 5], false],
    ['a version over a hole', fact(1, 7), [1, 5], false],
    ['a snapshot over a hole', fact(1, 70, 'snapshot'), [1, 5], true],
    ['an older snapshot', fact(1, 4, 'snapshot'), [1, 5], false],
    ['the next version of a newer epoch', fact(2, 6), [1, 5], false],
    ['a snapshot of a newer epoch with a smaller version', fact(2, 1, 'snapshot'), [1, 5], true],
    ['a snapshot of an older epoch with a greater version', fact(0, 9, 'snapshot'), [1, 5], false],
    ['the first version ever, of any epoch', fact(3, 1), [0, 0], true],
    ['a second version as the first', fact(0, 2), [0, 0], false],
    ['a bridge into a newer epoch', fact(2, 1, 'bridge'), [1, 5], true],
    ['a bridge over a hole in its own epoch', fact(1, 7, 'bridge'), [1, 5], false],
    ['a bridge from an older epoch', fact(0, 6, 'bridge'), [1, 5], false],
  ])('%s', (_name, next, [epoch, version], expected) => {
    expect(mayFollow(next, { epoch, version, at: null })).toBe(expected);
  });
});

describe('the digest of spans', () => {
  const place = { workloadId: 'w', appId: 'a', environmentId: 'e', projectId: 'p', cluster: 'local' };
  const size = { release: 1, processType: 'web', cpuMillicores: 250, memoryMib: 64, instances: 2 };
  const span: ClippedSpan = { ...place, ...size, from: at(0), to: at(5) };
  const digestOf = (...spans: readonly ClippedSpan[]) => {
    const digest = new SpanDigest();
    for (const each of spans.toSorted(compareSpans)) digest.add(each);
    return digest;
  };

  it.each<[string, Partial<ClippedSpan>]>([
    ['workload', { workloadId: 'x' }],
    ['app', { appId: 'x' }],
    ['environment', { environmentId: 'x' }],
    ['project', { projectId: 'x' }],
    ['cluster', { cluster: 'x' }],
    ['release', { release: 2 }],
    ['process type', { processType: 'x' }],
    ['CPU', { cpuMillicores: 251 }],
    ['memory', { memoryMib: 65 }],
    ['number of instances', { instances: 3 }],
    ['beginning', { from: at(1) }],
    ['end', { to: at(4) }],
    ['storage', { storageBytes: 250 }],
    ['build', { buildMillicores: 250 }],
    ['egress', { egressBytes: 250 }],
  ])('is another for another %s', (_name, over) => {
    expect(digestOf({ ...span, ...over }).done().sha256).not.toBe(digestOf(span).done().sha256);
  });

  it('tells storage, builds, egress and domains of one size apart', () => {
    const kinds = [{ storageBytes: 7 }, { buildMillicores: 7 }, { egressBytes: 7 }, { domains: 7 }];
    expect(new Set(kinds.map((kind) => digestOf({ ...span, ...kind }).done().sha256)).size).toBe(4);
  });

  it('sums up what usage says of the same spans', () => {
    const volume = { ...span, workloadId: 'v', cpuMillicores: 0, memoryMib: 0, storageBytes: 3 };
    const others = [volume, { ...volume, storageBytes: 0, buildMillicores: 5 }, { ...volume, egressBytes: 9 }];
    const sums = digestOf(span, ...others).sums();
    const usage = usageOf([span, ...others], period);
    expect(sums).toEqual(Object.fromEntries(usage.map(({ metric: each, quantity }) => [each, quantity])));
    // Five minutes of two instances
    expect(sums).toMatchObject({ cpu: 600_000n * 250n, build: 600_000n * 5n, egress: 600_000n * 9n });
  });

  it('is over spans in one order, however they come', () => {
    const some = fc.record({
      ...{ workloadId: fc.constantFrom('v', 'w'), cluster: fc.constantFrom('near', 'far', 'ä') },
      ...{ processType: fc.constantFrom('web', 'worker'), release: fc.constantFrom(2, 9, 10, 100) },
      ...{ cpuMillicores: fc.constantFrom(250, 1_000), from: fc.constantFrom(at(0), at(1)) },
    });
    const distinct = fc.uniqueArray(some, { maxLength: 6, selector: (each) => JSON.stringify(each) });
    fc.assert(
      fc.property(distinct, (parts) => {
        const spans = parts.map((part): ClippedSpan => ({ ...span, ...part }));
        expect(digestOf(...spans).done()).toEqual(digestOf(...spans.toReversed()).done());
        for (const a of spans)
          for (const b of spans) expect(Math.sign(compareSpans(a, b)) + Math.sign(compareSpans(b, a))).toBe(0);
      }),
    );
  });

  it('orders releases and sizes by number, not by their digits', () => {
    expect(compareSpans({ ...span, release: 9 }, { ...span, release: 10 })).toBeLessThan(0);
    expect(compareSpans({ ...span, memoryMib: 1_024 }, { ...span, memoryMib: 512 })).toBeGreaterThan(0);
  });
});

describe('a span in a stretch', () => {
  const whole: Span = {
    ...{ workloadId: 'w', appId: 'a', environmentId: 'e', projectId: 'p', cluster: 'c', release: 1 },
    ...{ processType: 'web', cpuMillicores: 250, memoryMib: 64, instances: 1, from: at(5), to: at(10) },
  };
  it.each<[string, number, number, [number, number] | undefined]>([
    ['all of it', 0, 20, [5, 10]],
    ['its middle', 6, 8, [6, 8]],
    ['what ends where it begins', 0, 5, undefined],
    ['what begins where it ends', 10, 20, undefined],
    ['no time at all', 7, 7, undefined],
  ])('%s', (_name, from, to, expected) => {
    const part = clipped(whole, { from: at(from), to: at(to) });
    expect(part && [part.from, part.to]).toEqual(expected?.map(at));
  });

  it('that is still open ends with the stretch', () => {
    expect(clipped({ ...whole, to: null }, { from: at(0), to: at(7) })?.to).toEqual(at(7));
  });

  it('counts a mebibyte as 1,048,576 bytes and leaves alone what it has none of', () => {
    expect(metric.options.map((each) => [each, sizeOf[each](whole)])).toEqual([
      ['cpu', 250n],
      ['memory', 67_108_864n],
      ['storage', 0n],
      ['build', 0n],
      ['egress', 0n],
      ['domain', 0n],
    ]);
  });
});
