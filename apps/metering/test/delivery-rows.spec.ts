import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { DeliveriesRepository, type Sending } from '../src/webhooks/deliveries.repository.js';
import { meteringDatabase } from './support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await meteringDatabase();
});
afterAll(() => database?.drop());

const deliveries = new DeliveriesRepository();
const second = (of: number) => new Date(Date.UTC(2026, 10, 1, 12, 0, of));
const inTransaction: TestDatabase['database']['transaction'] = (work) => database.database.transaction(work);
let webhookId: string;
beforeEach(async () => {
  await database.database.query('delete from webhook');
  webhookId = await webhook();
});

async function webhook(former: { readonly until: Date } | null = null): Promise<string> {
  const id = v7();
  await database.database.query(
    `insert into webhook (id, organization_id, url, events, secret, former_secret, former_until, created_at)
     values ($1, $2, 'https://example.com', '{}', 'new', $3, $4, now())`,
    [id, randomUUID(), former ? Buffer.from('old') : null, former?.until ?? null],
  );
  return id;
}
async function delivery(dueAt = second(0), of = webhookId, eventId: string = randomUUID()): Promise<string> {
  const id = v7();
  await inTransaction((tx) =>
    deliveries.insert(tx, { id, webhookId: of, eventId, type: 'berth.invoice.paid.v1', payload: '{}' }, dueAt),
  );
  return id;
}
const claim = (now: Date, limit = 10, until = second(59)) =>
  inTransaction((tx) => deliveries.claim(tx, now, until, limit));
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const find = (id: string) => deliveries.find(database.database, webhookId, id);
const delivered = { state: 'delivered' } as const;
const failed = { state: 'pending', waitSeconds: 5, failure: 'answered 500' } as const;
const end = (sending: Sending, judged: Parameters<DeliveriesRepository['end']>[2] = delivered) =>
  deliveries.end(database.database, sending, judged, second(10));

describe('a delivery', () => {
  it('of an event to a webhook is one, however often the event comes', async () => {
    const eventId = randomUUID();
    const first = await delivery(second(0), webhookId, eventId);
    await delivery(second(0), webhookId, eventId);
    const other = await delivery(second(0), await webhook(), eventId);
    expect(idsOf(await claim(second(1))).toSorted()).toEqual([first, other].toSorted());
  });

  it('is claimed when it is due, the longest due first, and no more than asked for', async () => {
    const [late, b, a] = [await delivery(second(9)), await delivery(second(5)), await delivery(second(3))];
    expect(await claim(second(2))).toEqual([]);
    expect(idsOf(await claim(second(8), 1))).toEqual([a]);
    expect(idsOf(await claim(second(8)))).toEqual([b]);
    expect(idsOf(await claim(second(9)))).toEqual([late]);
  });

  it('is claimed by one of two senders, and the second does not wait', async () => {
    const ids = [await delivery(), await delivery()];
    await inTransaction(async (tx) => {
      const mine = idsOf(await deliveries.claim(tx, second(1), second(59), 1));
      const others = idsOf(await claim(second(1)));
      expect([mine.length, others.length]).toEqual([1, 1]);
      expect([...mine, ...others].toSorted()).toEqual(ids.toSorted());
    });
  });

  it('counts an attempt when it is claimed, so that a sender that was killed tries no endless number of times', async () => {
    await delivery();
    expect(await claim(second(1), 10, second(2))).toMatchObject([{ attempts: 1 }]);
    expect(await claim(second(2), 10, second(3))).toMatchObject([{ attempts: 2 }]);
  });

  it('ends by what its last sender saw: one that was too slow says nothing', async () => {
    const id = await delivery();
    const [slow] = await claim(second(1), 10, second(2));
    const [current] = await claim(second(2));
    await end(slow!, { state: 'dead', failure: 'too slow' });
    expect(await find(id)).toMatchObject({ state: 'pending', failure: null });
    await end(current!);
    expect(await find(id)).toMatchObject({ state: 'delivered', attempts: 2, nextAttemptAt: null });
    await end(current!, { state: 'dead', failure: 'late' });
    expect(await find(id)).toMatchObject({ state: 'delivered', failure: null });
  });

  it('that failed is due after its wait, and forgets the failure when it arrives', async () => {
    const id = await delivery();
    const [first] = await claim(second(1));
    await end(first!, failed);
    const next = { state: 'pending', failure: 'answered 500', nextAttemptAt: second(15).toISOString() };
    expect(await find(id)).toMatchObject(next);
    expect(await claim(second(14))).toEqual([]);
    const [again] = await claim(second(15));
    await end(again!);
    expect(await find(id)).toMatchObject({ state: 'delivered', failure: null });
  });

  it('that has ended is not claimed until somebody asks for it anew, from the first attempt', async () => {
    const id = await delivery();
    const [sending] = await claim(second(1));
    await end(sending!, { state: 'dead', failure: 'gone' });
    expect(await claim(second(58))).toEqual([]);
    await inTransaction((tx) => deliveries.replay(tx, id, second(20)));
    expect(await find(id)).toMatchObject({ state: 'pending', attempts: 0, failure: null });
    expect(await claim(second(20))).toMatchObject([{ id, attempts: 1 }]);
  });

  it.each([
    ['before the former ends, by both', 29, 'old'],
    ['from its end on, by the new one alone', 30, null],
  ])('is signed %s', async (_name, now, former) => {
    const id = await delivery(second(0), await webhook({ until: second(30) }));
    const [sending] = await claim(second(now));
    expect(sending?.id).toBe(id);
    expect([sending?.secret.toString(), sending?.formerSecret?.toString() ?? null]).toEqual(['new', former]);
  });
});

describe('old deliveries', () => {
  it('are forgotten when they have ended, and never while they wait', async () => {
    const [waiting, sent, young] = [await delivery(), await delivery(), await delivery(second(9))];
    for (const sending of await claim(second(9))) if (sending.id !== waiting) await end(sending);
    await deliveries.forget(database.database, second(9));
    expect([await find(waiting), await find(sent), await find(young)]).toMatchObject([
      { id: waiting },
      undefined as never,
      { id: young },
    ]);
  });
});

describe('a list of deliveries', () => {
  it('is of one webhook, by state, and goes on behind the last that was told', async () => {
    const [a, b, c] = [await delivery(), await delivery(), await delivery()];
    await delivery(second(0), await webhook());
    for (const sending of await claim(second(1))) if (sending.id === b) await end(sending);
    const list = async (over: object = {}) =>
      idsOf(await deliveries.list(database.database, webhookId, { limit: 10, ...over }));
    const cursorOf = (id: string) => Buffer.from(JSON.stringify(id)).toString('base64url');
    expect(await list()).toEqual([a, b, c]);
    expect(await list({ state: 'pending' })).toEqual([a, c]);
    expect(await list({ state: 'delivered' })).toEqual([b]);
    expect(await list({ state: 'dead' })).toEqual([]);
    expect(await list({ cursor: cursorOf(a) })).toEqual([b, c]);
    expect(await list({ cursor: cursorOf(a), state: 'pending' })).toEqual([c]);
    expect(await list({ limit: 1 })).toEqual([a, b]);
  });

  it('knows no delivery of another webhook', async () => {
    const id = await delivery(second(0), await webhook());
    expect(await find(id)).toBeUndefined();
  });
});
