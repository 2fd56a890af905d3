import type { AllocationEntry, CloudEvent } from '@berth/contracts/events';
import { usageQuery } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsageRepository } from '../src/usage/usage.repository.js';
import { inRuns, runSizes } from './support/runs.js';
import { changed, instantAt, MeteringApp, snapshot, somewhere, startOfTest, web } from './support/metering-app.js';

let app: MeteringApp;

beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

interface Fact {
  readonly at: number;
  readonly entries: AllocationEntry[];
  readonly kind: 'changed' | 'snapshot' | 'both' | 'never told';
}

const HORIZON = 120;

const entry: fc.Arbitrary<AllocationEntry> = fc.record({
  cluster: fc.constant('local'),
  release: fc.integer({ min: 1, max: 2 }),
  processType: fc.constantFrom('web', 'worker'),
  instances: fc.integer({ min: 1, max: 5 }),
  cpuMillicores: fc.constantFrom(1, 7, 64_000),
  memoryMib: fc.constantFrom(16, 262_144),
});
const fact: fc.Arbitrary<Fact> = fc.record({
  at: fc.integer({ min: 0, max: HORIZON }),
  entries: fc.array(entry, { maxLength: 3 }),
  kind: fc.constantFrom<Fact['kind']>('changed', 'changed', 'changed', 'changed', 'snapshot', 'both', 'never told'),
});

/** The second implementation: looks at every millisecond by itself. `facts[i]` is version `i + 1`. */
function slowMillicoreMilliseconds(facts: readonly Fact[], from: number, to: number): bigint {
  const applied: Fact[] = [];
  let version = 0;
  facts.forEach((each, index) => {
    const follows = index === version && each.kind !== 'never told';
    if (!follows && each.kind !== 'snapshot' && each.kind !== 'both') return;
    version = index + 1;
    applied.push({ ...each, at: Math.max(each.at, applied.at(-1)?.at ?? 0) });
  });
  let sum = 0n;
  for (let moment = from; moment < to; moment++) {
    const holding = applied.filter((each) => each.at <= moment).at(-1);
    for (const each of holding?.entries ?? []) sum += BigInt(each.instances * each.cpuMillicores);
  }
  return sum;
}

const history = fc.array(fact, { minLength: 1, maxLength: 8 }).chain((facts) =>
  fc.record({
    facts: fc.constant(facts),
    /** In which order the events come; each at least once, some again. */
    order: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 48, maxLength: 48 }),
    sizes: runSizes,
    from: fc.integer({ min: 0, max: HORIZON }),
    length: fc.integer({ min: 1, max: HORIZON }),
  }),
);

const shuffled = (events: readonly CloudEvent[], order: readonly number[]): CloudEvent[] =>
  [...events, ...events, ...events]
    .map((event, index) => ({ event, place: order[index] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .slice(0, events.length * 2)
    .map(({ event }) => event)
    .concat(events);

describe('usage', () => {
  it('is what a slow second implementation says, in any order of arrival, with any repeats', async () => {
    const usage = app.service.app.get(UsageRepository, { strict: false });
    await fc.assert(
      fc.asyncProperty(history, async ({ facts, order, sizes, from, length }) => {
        const place = somewhere();
        const events = facts.flatMap((each, index) => {
          const change = { version: index + 1, at: each.at, entries: each.entries };
          if (each.kind === 'both') return [changed(place, change), snapshot(place, change)];
          if (each.kind === 'never told') return [];
          return [each.kind === 'changed' ? changed(place, change) : snapshot(place, change)];
        });
        for (const run of inRuns(shuffled(events, order), sizes)) await app.accept(run);
        const interval = { from: new Date(startOfTest + from), to: new Date(startOfTest + from + length) };
        const query = usageQuery.parse({ organization: place.organizationId });
        const [total] = await usage.totals(app.database, query, [interval]);
        expect(total!.millicoreMilliseconds).toBe(slowMillicoreMilliseconds(facts, from, from + length));
      }),
      { numRuns: 100 },
    );
  }, 600_000);

  it('of parts of an interval adds up to that of the whole, exactly', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 3, entries: [{ ...web, cpuMillicores: 7, instances: 3 }] }),
      changed(place, { version: 2, at: 77, entries: [] }),
    );
    const usage = app.service.app.get(UsageRepository, { strict: false });
    const query = usageQuery.parse({ organization: place.organizationId });
    const of = async (from: number, to: number) => {
      const interval = { from: new Date(instantAt(from)), to: new Date(instantAt(to)) };
      return (await usage.totals(app.database, query, [interval]))[0]!.byteMilliseconds;
    };
    const whole = await of(0, 100);
    expect(whole).toBe(74n * 3n * 256n * 1_048_576n);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 99 }), async (cut) => {
        expect((await of(0, cut)) + (await of(cut, 100))).toBe(whole);
      }),
      { numRuns: 20 },
    );
  });
});
