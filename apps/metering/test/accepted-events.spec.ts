import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AcceptedEventsRepository, addedOf } from '../src/accepted-events/accepted-events.repository.js';
import type { AllocationEvent } from '../src/accepted-events/accepted-event.js';
import { changed, MeteringApp, type Place, somewhere, web } from './support/metering-app.js';

let app: MeteringApp;
beforeAll(async () => void (app = await MeteringApp.start()));
afterAll(() => app.close());

const told = (place: Place, version: number) =>
  changed(place, { version, at: version, entries: [web] }) as AllocationEvent;
const append = (...events: AllocationEvent[]) =>
  app.database.transaction((tx) => app.service.app.get(AcceptedEventsRepository).append(tx, events));
const logOf = ({ workloadId }: Place) =>
  app.database.query<{ id: string; seq: string; version: number; data: object }>(
    'select id, seq, version, data from accepted_event where workload_id = $1 order by seq',
    [workloadId],
  );

describe('the log of accepted events', () => {
  it('holds what was told as it was told, and says of each workload where its last event is', async () => {
    const [one, other] = [somewhere(), somewhere()];
    const events = [told(one, 1), told(other, 1), told(one, 2)];
    const added = await append(...events);
    const [ones, others] = [await logOf(one), await logOf(other)];
    expect(ones.map(({ id, version, data }) => ({ id, version, data }))).toEqual(
      [events[0], events[2]].map((event) => ({
        id: event?.id,
        version: event?.data.allocationVersion,
        data: event?.data,
      })),
    );
    expect([added.get(one.workloadId), added.get(other.workloadId)]).toEqual([
      { seq: ones[1]?.seq, keys: null },
      { seq: others[0]?.seq, keys: null },
    ]);
  });

  it('says which of a run are new where some were there before, or come twice in it', async () => {
    const [one, other, third] = [somewhere(), somewhere(), somewhere()];
    const [first, second, of3] = [told(one, 1), told(one, 2), told(third, 1)];
    await append(first, told(other, 1), of3);
    const more = told(other, 2);
    const added = await append(first, second, second, more, of3);
    expect(addedOf([first, second, second], added.get(one.workloadId))).toEqual([second]);
    expect(addedOf([more], added.get(other.workloadId))).toEqual([more]);
    expect(added.has(third.workloadId)).toBe(false);
    expect(addedOf([of3], undefined)).toEqual([]);
    expect((await logOf(one)).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('knows an event by its id however that is written, and by who told it', async () => {
    const place = somewhere();
    const first = told(place, 1);
    await append(first);
    const shouted = { ...first, id: first.id.toUpperCase() };
    expect(await append(shouted)).toEqual(new Map());
    const another = { ...shouted, source: '/berth/build' };
    const added = await append(another, another, shouted);
    expect(addedOf([another, another, shouted], added.get(place.workloadId))).toEqual([another]);
  });
});
