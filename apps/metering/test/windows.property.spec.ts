import { usageQuery } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsageRepository } from '../src/usage/usage.repository.js';
import { changed, MeteringApp, type Place, snapshot, somewhere, startOfTest, web } from './support/metering-app.js';
import { inRuns, runSizes } from './support/runs.js';

let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

/** Some changes in a hour and some hours without; the hours of the test begin with `startOfTest`. */
const QUARTER = 900_000;
const HOUR = 4 * QUARTER;
const QUARTERS = 60;

/** Versions 1, 2, ...: how many instances run, and for how many quarters of an hour. */
const history = fc.array(fc.record({ instances: fc.nat({ max: 3 }), quarters: fc.nat({ max: 9 }) }), {
  minLength: 2,
  maxLength: 10,
});
type History = readonly { readonly instances: number; readonly quarters: number }[];

const eventsOf = (place: Place, changes: History, kind: typeof changed) => {
  let at = 0;
  return changes.map(({ instances, quarters }, index) => {
    at += quarters * QUARTER;
    return kind(place, { version: index + 1, at, entries: instances === 0 ? [] : [{ ...web, instances }] });
  });
};

/** Looks at each quarter of an hour by itself. */
function slowInstanceQuarters(changes: History, from: number, to: number): number {
  let sum = 0;
  for (let quarter = from; quarter < to; quarter++) {
    sum += runningAt(changes, quarter);
  }
  return sum;
}

function runningAt(changes: History, quarter: number): number {
  let [at, running] = [0, 0];
  for (const { instances, quarters } of changes) {
    at += quarters;
    if (at <= quarter) running = instances;
  }
  return running;
}

/** But for the ids of resources, which follow the order of arrival. */
const totalsOf = ({ workloadId }: Place) =>
  app.database.query(
    `select (extract(epoch from hour) * 1000)::bigint::text as hour, used::text from hourly_total t
       join metered_resource r on r.id = t.resource_id where workload_id = $1 order by hour`,
    [workloadId],
  );

describe('hourly totals', () => {
  it('are the same bytes in any order of arrival, with any repeats, taken in by any pieces', async () => {
    const told = history.chain((changes) => {
      const numbers = changes.map((_, index) => index);
      const again = fc.array(fc.constantFrom(...numbers), { maxLength: 6 });
      return fc.record({
        ...{ changes: fc.constant(changes), sizes: runSizes },
        order: fc.tuple(fc.shuffledSubarray(numbers, { minLength: numbers.length }), again).map((each) => each.flat()),
      });
    });
    await fc.assert(
      fc.asyncProperty(told, fc.constantFrom(changed, snapshot), async ({ changes, sizes, order }, kind) => {
        const [straight, disturbed] = [somewhere(), somewhere()];
        await app.accept(eventsOf(straight, changes, changed));
        const events = eventsOf(disturbed, changes, kind);
        for (const run of inRuns([...order.flatMap((index) => events[index] ?? []), ...events], sizes))
          await app.accept(run);
        expect(await totalsOf(disturbed)).toEqual(await totalsOf(straight));
      }),
      { numRuns: 60 },
    );
  }, 600_000);

  it('and the spans since make the usage of every time, as a slow second implementation says', async () => {
    const usage = app.service.app.get(UsageRepository, { strict: false });
    const quarter = fc.integer({ min: 0, max: QUARTERS });
    await fc.assert(
      fc.asyncProperty(history, quarter, quarter, async (changes, from, length) => {
        const place = somewhere();
        await app.accept(eventsOf(place, changes, changed));
        const interval = (start: number, end: number) => ({
          from: new Date(startOfTest + start * QUARTER),
          to: new Date(startOfTest + end * QUARTER),
        });
        const pieces = Array.from({ length }, (_, index) => interval(from + index, from + index + 1));
        const query = usageQuery.parse({ organization: place.organizationId });
        const asked = [interval(from, from + length), ...pieces];
        const [whole, ...parts] = (await usage.totals(app.database, query, asked)).map(
          (each) => each.millicoreMilliseconds,
        );
        expect(whole).toBe(BigInt(slowInstanceQuarters(changes, from, from + length) * QUARTER) * 250n);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(whole);
      }),
      { numRuns: 60 },
    );
  }, 600_000);

  it('stand at the hours in which a span ended, and say all that had ended by then', async () => {
    const place = somewhere();
    const at = (hours: number, instances: number, version: number) =>
      changed(place, { version, at: hours * HOUR, entries: instances === 0 ? [] : [{ ...web, instances }] });
    await app.accept([at(0.5, 1, 1), at(1, 2, 2), at(3.25, 3, 3), at(3.75, 0, 4), at(9, 1, 5)]);
    const hour = (number: number) => `${startOfTest + number * HOUR}`;
    expect(await totalsOf(place)).toEqual([
      { hour: hour(1), used: `${0.5 * HOUR}` },
      { hour: hour(4), used: `${(0.5 + 2.25 * 2 + 0.5 * 3) * HOUR}` },
    ]);
  });
});
