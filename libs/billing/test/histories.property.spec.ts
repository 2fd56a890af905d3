import { metric, type MeteredEntry } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rate } from '../src/rating/rate.js';
import type { RatingInput } from '../src/rating/rating.js';
import { type Fact, spansOf } from '../src/spans/history.js';
import { usageOf } from '../src/spans/usage.js';
import { ratingInput } from './rating-input.js';
import { type SlowFact, slowUsage } from './slow-history.js';
import { slowRate } from './slow-rating.js';

const SEED = 20_261_123;
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const some = (...sizes: readonly number[]) => fc.option(fc.constantFrom(...sizes), { nil: undefined, freq: 3 });
const entry: fc.Arbitrary<MeteredEntry> = fc
  .record({
    ...{ cluster: fc.constantFrom('near', 'far'), processType: fc.constantFrom('web', 'worker') },
    ...{ release: fc.integer({ min: 0, max: 2 }), instances: fc.integer({ min: 1, max: 4 }) },
    ...{ cpuMillicores: fc.constantFrom(0, 7, 250, 1_000), memoryMib: fc.constantFrom(0, 16, 1_024) },
    ...{ storageBytes: some(1, 2 ** 30), buildMillicores: some(1_000), egressBytes: some(1, 400), domains: some(1) },
  })
  .map((each) => JSON.parse(JSON.stringify(each)) as MeteredEntry);

/** Within a year in which the period lies, some at one moment, some before what was told before. */
const fact = fc.record({
  kind: fc.constantFrom<SlowFact['kind']>(
    'change',
    'change',
    'change',
    'change',
    'change',
    'snapshot',
    'bridge',
    'lost',
  ),
  after: fc.constantFrom(0, 1, 17, -HOUR, HOUR, 10 * HOUR, 24 * HOUR - 1, 9 * 24 * HOUR),
  /** The owner's database is an older one from here on. */
  isRestored: fc.constantFrom(false, false, false, false, true),
  entries: fc.array(entry, { maxLength: 3 }),
});
type Drawn = typeof fact extends fc.Arbitrary<infer Value> ? Value : never;

const history = fc
  .tuple(fc.integer({ min: -20, max: 40 }), fc.array(fact, { minLength: 1, maxLength: 8 }))
  .map(([day, drawn]) => factsFrom(START + day * 24 * HOUR, drawn));

function factsFrom(begin: number, drawn: readonly Drawn[]): SlowFact[] {
  let [at, epoch, version] = [begin, 0, 0];
  return drawn.map(({ kind, after, isRestored, entries }, index) => {
    if (isRestored && index > 0) [epoch, version] = [epoch + 1, Math.floor(version / 2)];
    return { kind, epoch, version: ++version, at: (at += after), entries };
  });
}

/** Of up to three apps, one workload each, and in which order its events come: all of them twice. */
const histories = fc.array(fc.record({ facts: history, order: fc.infiniteStream(fc.nat()) }), {
  minLength: 1,
  maxLength: 3,
});
type Histories = typeof histories extends fc.Arbitrary<infer Value> ? Value : never;

function eventsOf(appId: string, { facts, order }: Histories[number]): Fact[] {
  const told = facts.filter(({ kind }) => kind !== 'lost').map((each) => eventOf(appId, each));
  return [...told, ...told]
    .map((event) => ({ event, place: order.next().value ?? 0 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ event }) => event);
}

const eventOf = (appId: string, { epoch, version, kind, at, entries }: SlowFact): Fact => ({
  ...{ source: '/berth/deployment-management', id: `${epoch} ${version}`, epoch, isSnapshot: kind === 'snapshot' },
  data: {
    ...{ workloadId: appId, appId, environmentId: 'e', projectId: 'p', organizationId: 'o' },
    ...{ allocationVersion: version, effectiveAt: new Date(at).toISOString(), entries: [...entries] as MeteredEntry[] },
    ...(kind === 'bridge' && { followsEpochs: true as const }),
  },
});

const appOf = (index: number): string => ['a', 'b', 'c'][index]!;

/** As the platform bills it: events to spans to usage to lines. */
function billed(given: RatingInput, told: Histories) {
  const spans = told.flatMap((each, index) => spansOf(eventsOf(appOf(index), each)));
  const { lines, due } = rate({
    ...given,
    segments: given.segments.map((segment) => ({ ...segment, usage: usageOf(spans, segment) })),
  });
  return { bill: { amounts: lines.map(({ amount }) => amount), due }, lines };
}

const slowlyBilled = (given: RatingInput, told: Histories) =>
  slowRate({
    ...given,
    segments: given.segments.map((segment) => ({
      ...segment,
      usage: told.flatMap(({ facts }, index) => slowUsage(appOf(index), facts, +segment.from, +segment.to)),
    })),
  });

describe('histories of events', () => {
  it('cost what a second, slow, exact implementation says that they do, to the smallest unit, in 10,000 cases', () => {
    const charged = new Set<string>();
    fc.assert(
      fc.property(ratingInput, histories, (given, told) => {
        const { bill, lines } = billed(given, told);
        expect(bill).toEqual(slowlyBilled(given, told));
        for (const { usage, amount } of lines) if (usage && amount > 0n) charged.add(usage.metric);
      }),
      { numRuns: 10_000, seed: SEED },
    );
    expect([...charged].toSorted()).toEqual([...metric.options].toSorted());
  });
});
