import { randomUUID } from 'node:crypto';
import type { AllocationEntry, CloudEvent } from '@berth/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AllocationEvent } from '../src/accepted-events/accepted-event.js';
import { SpansService } from '../src/spans/spans.service.js';
import { changed, MeteringApp, snapshot, somewhere, web } from './support/metering-app.js';

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

class Crash extends Error {}

/** Accepts one event; when it crashes, everything of it is undone, and the bus will deliver it again. */
const accept = (app: MeteringApp, event: CloudEvent, crashes: boolean) =>
  app.database.transaction(async (tx) => {
    await app.service.app.get(SpansService, { strict: false }).accept(tx, event as AllocationEvent);
    if (crashes) throw new Crash();
  });

async function deliver(app: MeteringApp, events: readonly CloudEvent[], crashAt: ReadonlySet<number>): Promise<void> {
  for (const [index, event] of events.entries()) {
    if (crashAt.has(index)) await expect(accept(app, event, true)).rejects.toThrow(Crash);
    await accept(app, event, false);
  }
}

/** The log as it was accepted, in the shape in which it was told. */
async function logOf(app: MeteringApp, organizationId: string): Promise<CloudEvent[]> {
  const rows = await app.database.query<CloudEvent & { time: Date }>(
    `select source, id, type, e.workload_id::text as subject, e.epoch, e.time, data
       from accepted_event e join metered_workload w using (workload_id) where organization_id = $1 order by seq`,
    [organizationId],
  );
  return rows.map((row) => ({
    ...{ specversion: '1.0', datacontenttype: 'application/json', partitionkey: row.subject, aggregateversion: 1 },
    ...{ ...row, time: row.time.toISOString() },
  }));
}

async function bill(app: MeteringApp, organizationId: string) {
  const path = `/v1/invoices/preview?organization=${organizationId}`;
  const { status, body } = await app.call(path, await app.viewer(organizationId));
  expect(status).toBe(200);
  // Each database counts its own log.
  return { ...body, cut: null };
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
const workload = fc.array(fact, { minLength: 3, maxLength: 12 });

describe('the log of accepted events', () => {
  it('told anew, twice, in another order and through crashes gives the same bill, byte for byte', async () => {
    const order = fc.infiniteStream(fc.nat());
    await fc.assert(
      fc.asyncProperty(fc.array(workload, { minLength: 1, maxLength: 3 }), order, async (workloads, numbers) => {
        const organizationId = randomUUID();
        const events = workloads.flatMap((facts) => {
          const place = somewhere({ organizationId });
          let at = 0;
          return facts.map(({ entries, after, isSnapshot }, index) => {
            const change = { version: index + 1, at: (at += after * minute), entries };
            return isSnapshot ? snapshot(place, change) : changed(place, change);
          });
        });
        await deliver(original, events, new Set());
        const log = await logOf(original, organizationId);
        const next = () => numbers.next().value ?? 0;
        const shuffled = [...log, ...log]
          .map((event) => ({ event, place: next() }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ event }) => event);
        const crashAt = new Set(Array.from({ length: CRASHES }, () => next() % shuffled.length));
        await deliver(rebuilt, shuffled, crashAt);
        expect(await bill(rebuilt, organizationId)).toEqual(await bill(original, organizationId));
      }),
      { numRuns: 10 },
    );
  }, 120_000);
});
