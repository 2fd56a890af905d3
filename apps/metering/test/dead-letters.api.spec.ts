import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '@berth/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changed, MeteringApp, type Place, somewhere, startOfTest, web } from './support/metering-app.js';

let app: MeteringApp;
let administrator: string;
beforeAll(async () => {
  app = await MeteringApp.start();
  administrator = await app.administrator();
});
afterAll(() => app.close());

const path = '/v1/admin/metering/dead-letters';
const replay = (key: string, reason = 'mended') => app.call(`${path}/replays`, administrator, { key, reason });
const discard = (id: string, reason = 'nonsense') => app.call(`${path}/discards`, administrator, { id, reason });
const listed = async (query = '') => (await app.call(`${path}?limit=200${query}`, administrator)).body;
const of = async ({ workloadId }: Place) =>
  ((await listed())['items'] as { key: string }[]).filter(({ key }) => key === workloadId);
const accepted = async ({ workloadId }: Place) =>
  (await app.database.query('select from accepted_event where workload_id = $1', [workloadId])).length;

const first = (place: Place): CloudEvent => changed(place, { version: 1, at: 0, entries: [web] });
const second = (place: Place): CloudEvent => changed(place, { version: 2, at: 9, entries: [] });
const withEntry = (event: CloudEvent, over: object): CloudEvent => ({
  ...event,
  data: { ...(event.data as object), entries: [{ ...web, ...over }] },
});
const tell = (place: Place, ...events: CloudEvent[]) =>
  app.tellAs(place.workloadId, ...events.map((event) => ({ ...event, organizationid: place.organizationId })));
const toCome = () => app.clock.held.getTime() - startOfTest + 600_000;

describe('dead letters of usage', () => {
  it.each<[string, (place: Place) => CloudEvent, RegExp]>([
    ['future-dated', (place) => changed(place, { version: 1, at: toCome(), entries: [web] }), /^Refused: future_dated/],
    ['negative', (place) => withEntry(first(place), { instances: -1 }), /instances/],
    ['of an unknown unit', (place) => withEntry(first(place), { memoryMib: '256 MB' }), /memoryMib/],
    ['malformed', (place) => ({ ...first(place), data: 'web' }), /expected object/],
  ])('are listed with their reason: %s', async (_name, eventOf, reason) => {
    const place = somewhere();
    const event = eventOf(place);
    await tell(place, event, second(place));
    const [bad, behind] = await of(place);
    expect(bad).toMatchObject({
      id: event.id,
      state: 'failed',
      type: event.type,
      organizationId: place.organizationId,
    });
    expect(bad).toMatchObject({ reason: expect.stringMatching(reason), attempts: 3 });
    expect(behind).toMatchObject({ state: 'parked', reason: null });
    expect(await accepted(place)).toBe(0);
  });

  it('of a foreign tenant are listed, and leave what is known as it is', async () => {
    const place = somewhere();
    await tell(place, first(place));
    await app.tellAs(place.workloadId, second({ ...place, organizationId: randomUUID() }));
    expect(await of(place)).toMatchObject([{ reason: expect.stringContaining('foreign_tenant') }, { state: 'parked' }]);
    expect(await accepted(place)).toBe(1);
  });

  it('are counted', async () => {
    const metrics = await (await fetch(`${app.service.url}/metrics`)).text();
    expect(metrics).toMatch(/berth_events_dead_lettered_total\{type="berth.workload.allocation-changed.v1"\} [1-9]/);
  });

  it('take effect when they are replayed once they may, and say why they do not before', async () => {
    const place = somewhere();
    await tell(place, changed(place, { version: 1, at: toCome(), entries: [web] }));
    expect((await replay(place.workloadId)).body).toMatchObject({
      ...{ replayed: 0, remaining: 2, error: expect.stringContaining('future_dated') },
    });
    app.clock.held = new Date(app.clock.held.getTime() + 600_000);
    expect((await replay(place.workloadId)).body).toEqual({ replayed: 2, remaining: 0, error: null });
    expect([await of(place), await accepted(place)]).toEqual([[], 1]);
  });

  it('have no effect for ever when they are discarded, and whose decision that was is kept', async () => {
    const place = somewhere();
    const event = changed(place, { version: 1, at: toCome(), entries: [web] });
    await tell(place, event);
    expect((await discard(event.id)).status).toBe(204);
    expect((await discard(event.id)).body).toMatchObject({
      code: 'dead_letter_not_found',
      errors: [{ pointer: '/id' }],
    });
    await replay(place.workloadId);
    app.clock.held = new Date(app.clock.held.getTime() + 600_000);
    await tell(place, event);
    expect(await accepted(place)).toBe(0);
    const rows = await app.database.query('select state, reason from dead_letter where id = $1', [event.id]);
    expect(rows).toEqual([{ state: 'discarded', reason: expect.stringMatching(/^nonsense \([0-9a-f-]{36}\)$/) }]);
  });

  it('come in pages, oldest first', async () => {
    const { items, next } = (await app.call(`${path}?limit=1`, administrator)).body;
    const rest = (await app.call(`${path}?limit=1&cursor=${String(next)}`, administrator)).body;
    const all = (await listed())['items'] as unknown[];
    expect([...(items as unknown[]), ...(rest['items'] as unknown[])]).toEqual(all.slice(0, 2));
  });

  it('are the business of platform administrators alone', async () => {
    const viewer = await app.viewer(randomUUID());
    const answers = [
      await app.call(path, viewer),
      await app.call(`${path}/replays`, viewer, { key: 'x', reason: 'y' }),
      await app.call(`${path}/discards`, viewer, { id: randomUUID(), reason: 'y' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect((await app.call(path)).status).toBe(401);
  });

  it.each([
    ['no reason', { key: 'x' }, '/reason'],
    ['an empty reason', { key: 'x', reason: ' ' }, '/reason'],
    ['a key that is none', { key: 'a\u0000b', reason: 'y' }, '/key'],
  ])('are not replayed for %s', async (_name, body, pointer) => {
    const answer = await app.call(`${path}/replays`, administrator, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });
});
