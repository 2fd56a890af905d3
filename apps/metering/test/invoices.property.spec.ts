import { randomUUID } from 'node:crypto';
import { parseMinor, recompute } from '@berth/billing';
import type { AllocationEntry, CloudEvent } from '@berth/contracts/events';
import type { InvoiceSummary } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PeriodCloser } from '../src/closings/period-closer.js';
import { exportInvoice } from './support/export-invoice.js';
import { changed, MeteringApp, type Place, somewhere, startOfTest } from './support/metering-app.js';

let app: MeteringApp;
let administrator: string;
let tieredBook: unknown;

const tiers = [
  { upTo: '400.5', price: '0.0333' },
  { upTo: null, price: '0.0111111111' },
];
const prices = {
  rates: [
    { id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'graduated', tiers } },
    { id: 'memory', name: 'Memory', metric: 'memory', pricing: { kind: 'package', size: '30', price: '1.11' } },
  ],
  discounts: [{ id: 'partner', name: 'Partner', percent: '7.5' }],
  minimum: '5',
};

beforeAll(async () => {
  app = await MeteringApp.start();
  administrator = await app.administrator();
  const made = await app.call('/v1/admin/metering/price-books', administrator, {
    name: 'tiered',
    currency: 'EUR',
    prices,
  });
  tieredBook = made.body['id'];
  const coupon = { code: 'PROPERTY', name: 'Launch', percent: '12.5', months: 2 };
  expect((await app.call('/v1/admin/metering/coupons', administrator, coupon)).status).toBe(201);
});
afterAll(() => app.close());

const hour = 3_600_000;
const start = Date.UTC(2026, 9, 1);
/** When each batch of events has been told and periods are looked at: after the grace of each month. */
const looks = ['2026-11-04', '2026-12-04', '2027-01-04'].map((date) => new Date(`${date}T00:00:00.000Z`));

interface Fact {
  readonly entries: AllocationEntry[];
  /** Hours since the change before. */
  readonly after: number;
  /** Before which look it is told; never before it happened. */
  readonly batch: number;
}

const entry: fc.Arbitrary<AllocationEntry> = fc.record({
  ...{ cluster: fc.constant('local'), processType: fc.constantFrom('web', 'worker') },
  ...{ release: fc.integer({ min: 1, max: 2 }), instances: fc.integer({ min: 1, max: 3 }) },
  ...{ cpuMillicores: fc.constantFrom(250, 1_000), memoryMib: fc.constantFrom(256, 1_024) },
});
const fact: fc.Arbitrary<Fact> = fc.record({
  entries: fc.array(entry, { maxLength: 2 }),
  after: fc.integer({ min: 0, max: 700 }),
  batch: fc.integer({ min: 0, max: 2 }),
});
const history = fc.array(fc.array(fact, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 2 });

interface Told {
  readonly event: CloudEvent;
  readonly batch: number;
}

/** The last event of each workload ends everything before the last look, so that the months compared are whole. */
function eventsOf(place: Place, facts: readonly Fact[]): Told[] {
  let at = start;
  const ending: Fact = { entries: [], after: 0, batch: 2 };
  return [...facts, ending].map(({ entries, after, batch }, index) => {
    at = Math.min(at + after * hour, Date.UTC(2026, 11, 31));
    const happened = looks.findIndex((look) => at < look.getTime());
    const event = changed(place, { version: index + 1, at: at - startOfTest, entries });
    return { event, batch: Math.max(batch, happened) };
  });
}

const goTo = async (look: Date) => {
  app.clock.held = look;
  await app.identity.heartbeat(look);
};
const accept = async (events: readonly Told[]) => {
  for (const { event } of events) await app.accept([event]);
};

async function redeem(organizationId: string): Promise<void> {
  const subjectId = randomUUID();
  await app.identity.organization({ id: organizationId });
  await app.identity.member(organizationId, 'billing', { subjectId });
  const body = { organization: organizationId, code: 'PROPERTY' };
  const token = await app.identity.token({ subjectId, expiresIn: 100_000_000 });
  expect((await app.call('/v1/credits/redemptions', token, body)).status).toBe(201);
}

/** Tells and closes, and answers what all invoices together charge, after each was computed anew. */
async function billed(histories: readonly (readonly Fact[])[], isLate: boolean): Promise<bigint> {
  const organizationId = randomUUID();
  const events = histories.flatMap((facts) => eventsOf(somewhere({ organizationId }), facts));
  await goTo(new Date(start));
  await redeem(organizationId);
  await goTo(looks[isLate ? 0 : 2]!);
  const terms = { priceBookId: tieredBook, taxes: [{ id: 'vat', name: 'VAT', percent: '19' }] };
  await app.patch(`/v1/admin/metering/billing-accounts/${organizationId}`, administrator, terms);
  const closer = app.service.app.get(PeriodCloser, { strict: false });
  for (const [index, look] of looks.entries()) {
    if (!isLate && index < 2) continue;
    await goTo(look);
    // The latest first: what is told in a batch also comes in the wrong order.
    await accept(events.filter(({ batch }) => (isLate ? batch === index : true)).toReversed());
    await closer.closeDue();
  }
  const token = await app.viewer(organizationId);
  const { body } = await app.call(`/v1/invoices?organization=${organizationId}`, token);
  let total = 0n;
  for (const { id, due } of body['items'] as InvoiceSummary[]) {
    const exported = await exportInvoice(app, id, token);
    expect(recompute(exported)).toBe(exported.document);
    total += parseMinor(due, 2);
  }
  return total;
}

/** The same, but that one allocation is told in two: again with its values, at the latest with the next change. */
function inTwo(facts: readonly Fact[], which: number, part: number, batch: number): Fact[] {
  const index = which % facts.length;
  const [cut, next] = [facts[index]!, facts[index + 1]];
  const after = Math.floor(part * (next?.after ?? 0));
  const rest = next ? [{ ...next, after: next.after - after }] : [];
  return [...facts.slice(0, index + 1), { ...cut, after, batch }, ...rest, ...facts.slice(index + 2)];
}

describe('invoices', () => {
  it('with their corrections charge the same whenever and in whatever order usage becomes known', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (histories) => {
        expect(await billed(histories, true)).toBe(await billed(histories, false));
      }),
      { numRuns: 15 },
    );
  }, 600_000);

  it('charge the same when one allocation is told in two, the second part whenever', async () => {
    const parts = fc.tuple(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 2 }));
    await fc.assert(
      fc.asyncProperty(history, parts, async (histories, [which, part, batch]) => {
        const split = histories.map((facts) => inTwo(facts, which, part, batch));
        expect(await billed(split, true)).toBe(await billed(histories, false));
      }),
      { numRuns: 10 },
    );
  }, 600_000);
});
