import { randomUUID } from 'node:crypto';
import type { AllocationEntry, CloudEvent } from '@berth/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changed, Crash, MeteringApp, snapshot, somewhere, web } from './support/metering-app.js';
import { bill, logOf } from './support/log-of.js';
import { inRuns, runSizes } from './support/runs.js';

const CRASHES = 20;
const minute = 60_000;

let original: MeteringApp;
let rebuilt: MeteringApp;
beforeAll(async () => {
  original = await MeteringApp.start();
  rebuilt = await MeteringApp.start();
});
afterAll(async () => {
  await original.close();
  await rebuilt.close();
});

/** In runs. One that crashes is undone, and the bus delivers it again. */
async function deliver(app: MeteringApp, runs: readonly CloudEvent[][], crashAt: ReadonlySet<number>): Promise<void> {
  for (const [index, run] of runs.entries()) {
    if (crashAt.has(index)) await expect(app.accept(run, { crashes: true })).rejects.toThrow(Crash);
    await app.accept(run);
  }
}

const entry: fc.Arbitrary<AllocationEntry> = fc.record({
  ...{ cluster: fc.constant('local'), processType: fc.constantFrom('web', 'worker') },
  ...{ release: fc.integer({ min: 1, max: 2 }), instances: fc.integer({ min: 1, max: 4 }) },
  ...{ cpuMillicores: fc.constantFrom(100, web.cpuMillicores), memoryMib: fc.constantFrom(64, web.memoryMib) },
});
const fact = fc.record({
  entries: fc.array(entry, { maxLength: 2 }),
  after: fc.nat({ max: 500 }),
  isSnapshot: fc.boolean(),
});
const histories = fc.array(fc.array(fact, { minLength: 3, maxLength: 12 }), { minLength: 1, maxLength: 3 });

describe('the log of accepted events', () => {
  it('told anew, twice, in another order, in runs and through crashes gives the same bill, byte for byte', async () => {
    const order = fc.infiniteStream(fc.nat());
    await fc.assert(
      fc.asyncProperty(histories, order, runSizes, async (workloads, numbers, sizes) => {
        const organizationId = randomUUID();
        const events = workloads.flatMap((facts) => {
          const place = somewhere({ organizationId });
          let at = 0;
          return facts.map(({ entries, after, isSnapshot }, index) => {
            const change = { version: index + 1, at: (at += after * minute), entries };
            return isSnapshot ? snapshot(place, change) : changed(place, change);
          });
        });
        await deliver(original, inRuns(events, [1]), new Set());
        const log = await logOf(original, organizationId);
        const next = () => numbers.next().value ?? 0;
        const shuffled = [...log, ...log]
          .map((event) => ({ event, place: next() }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ event }) => event);
        const runs = inRuns(shuffled, sizes);
        await deliver(rebuilt, runs, new Set(Array.from({ length: CRASHES }, () => next() % runs.length)));
        expect(await bill(rebuilt, organizationId)).toEqual(await bill(original, organizationId));
      }),
      { numRuns: 10 },
    );
  }, 600_000);
});
