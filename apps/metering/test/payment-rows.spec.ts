import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { type NewPayment, PaymentsRepository } from '../src/payments/payments.repository.js';
import { invoiceRow, meteringDatabase } from './support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await meteringDatabase();
});
afterAll(() => database?.drop());

const payments = new PaymentsRepository();
const second = (of: number) => new Date(Date.UTC(2026, 10, 1, 12, 0, of));
const inTransaction: TestDatabase['database']['transaction'] = (work) => database.database.transaction(work);
let organizationId: string;
let invoiceId: string;
beforeEach(async () => {
  await database.database.query('delete from payment');
  organizationId = randomUUID();
  invoiceId = await invoiceRow(database, { organizationId });
});

async function asked(over: Partial<NewPayment> = {}): Promise<string> {
  const id = v7();
  const given = { id, invoiceId, organizationId, attempt: 1, provider: 'file' as const, amount: '10.00' };
  const times = { askedAt: second(0), dueAt: second(0) };
  await inTransaction((tx) => payments.insert(tx, { ...given, currency: 'EUR', ...times, ...over }));
  return id;
}
const elsewhere = async () => ({ invoiceId: await invoiceRow(database, { organizationId }) });
const claim = (now: Date, until: Date, limit = 10, provider: NewPayment['provider'] = 'file') =>
  inTransaction((tx) => payments.claim(tx, now, until, provider, limit));
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const newest = () => payments.newest(database.database, invoiceId);
const end = (id: string, state: 'paid' | 'failed' | 'withdrawn' = 'paid', reference: string | null = null) =>
  inTransaction((tx) => payments.end(tx, id, { state, reference, failure: null, isSurplus: false }, second(50)));

describe('what is asked of a provider', () => {
  it('is one open payment of an invoice, whoever asks at the same time', async () => {
    const first = await asked();
    await asked();
    await asked({ attempt: 2 });
    expect(idsOf(await payments.list(database.database.confined, { organization: organizationId, limit: 10 }))).toEqual(
      [first],
    );
  });

  it('is asked again once the former attempt has ended, under the next number alone', async () => {
    await end(await asked(), 'failed');
    await asked();
    expect((await newest())?.attempt).toBe(1);
    const again = await asked({ attempt: 2 });
    expect(await newest()).toMatchObject({ id: again, state: 'asked', attempt: 2 });
  });
});

describe('payments that are due', () => {
  it('are claimed the longest due first, none before its time, and no more than asked for', async () => {
    const late = await asked({ ...(await elsewhere()), dueAt: second(9) });
    const [b, a] = [
      await asked({ ...(await elsewhere()), dueAt: second(5) }),
      await asked({ ...(await elsewhere()), dueAt: second(3) }),
    ];
    expect(idsOf(await claim(second(2), second(60)))).toEqual([]);
    expect(idsOf(await claim(second(5), second(60), 1))).toEqual([a]);
    expect(idsOf(await claim(second(5), second(60)))).toEqual([b]);
    expect(idsOf(await claim(second(9), second(60)))).toEqual([late]);
  });

  it('are claimed for the provider that was asked', async () => {
    const id = await asked();
    expect(await claim(second(1), second(60), 10, 'stripe')).toEqual([]);
    expect(idsOf(await claim(second(1), second(60)))).toEqual([id]);
  });

  it('are of one of two replicas: the second does not wait for the first', async () => {
    const ids = [await asked(await elsewhere()), await asked(await elsewhere())];
    await inTransaction(async (tx) => {
      const mine = idsOf(await payments.claim(tx, second(1), second(60), 'file', 1));
      const others = idsOf(await claim(second(1), second(60)));
      expect([mine.length, others.length]).toEqual([1, 1]);
      expect([...mine, ...others].toSorted()).toEqual(ids.toSorted());
    });
  });

  it('are due again when whoever claimed them fell silent, and then are no longer his', async () => {
    const id = await asked();
    const [former] = await claim(second(1), second(10));
    expect(await claim(second(9), second(60))).toEqual([]);
    const [later] = await claim(second(10), second(60));
    expect([later?.id, later?.looks]).toEqual([id, former!.looks + 1]);
    const holds = (claimed: typeof former) => inTransaction((tx) => payments.hold(tx, claimed!));
    expect([await holds(former), await holds(later)]).toEqual([false, true]);
  });

  it('say how their invoice stands, so that nobody pays for what is void', async () => {
    await asked();
    await database.database.query(`update invoice set status = 'void' where id = $1`, [invoiceId]);
    expect(await claim(second(1), second(60))).toMatchObject([{ invoiceStatus: 'void' }]);
  });

  it('that have ended are neither claimed nor held', async () => {
    const id = await asked();
    const [claimed] = await claim(second(1), second(2));
    await end(id);
    expect(await claim(second(59), second(60))).toEqual([]);
    expect(await inTransaction((tx) => payments.hold(tx, claimed!))).toBe(false);
  });

  it('are held until the transaction ends', async () => {
    const id = await asked();
    const [claimed] = await claim(second(1), second(60));
    await inTransaction(async (tx) => {
      expect(await payments.hold(tx, claimed!)).toBe(true);
      const free = await database.database.query('select from payment where id = $1 for update skip locked', [id]);
      expect(free).toEqual([]);
    });
  });
});

describe('a payment that waits', () => {
  const wait = (id: string, over: Partial<Parameters<PaymentsRepository['wait']>[2]> = {}) =>
    inTransaction((tx) =>
      payments.wait(tx, id, { reference: null, payAt: null, failure: null, dueAt: second(30), ...over }),
    );

  it('is pending as soon as the provider has named it, and keeps that name', async () => {
    const id = await asked();
    await wait(id, { failure: 'no answer' });
    expect(await newest()).toMatchObject({ state: 'asked', reference: null, failure: 'no answer' });
    await wait(id, { reference: 'cs_1', payAt: 'https://pay.example' });
    expect(await newest()).toMatchObject({ state: 'pending', reference: 'cs_1', payAt: 'https://pay.example' });
    await wait(id);
    expect(await newest()).toMatchObject({ state: 'pending', reference: 'cs_1', payAt: null, failure: null });
  });

  it('is looked at now when its provider or its invoice is heard of, and nobody else’s is', async () => {
    const [mine, other] = [await asked(), await asked(await elsewhere())];
    await wait(mine, { reference: 'cs_1' });
    await wait(other, { reference: 'cs_2' });
    await inTransaction((tx) => payments.lookNow(tx, { reference: 'cs_1' }, second(3)));
    expect(idsOf(await claim(second(3), second(40)))).toEqual([mine]);
    await inTransaction((tx) => payments.lookNow(tx, { invoiceId }, second(4)));
    expect(idsOf(await claim(second(4), second(40)))).toEqual([mine]);
  });

  it('that is looked at right now is looked at once more: what was seen before the news counts for nothing', async () => {
    const id = await asked();
    await wait(id, { reference: 'cs_1', dueAt: second(1) });
    const [claimed] = await claim(second(1), second(60));
    await inTransaction((tx) => payments.lookNow(tx, { reference: 'cs_1' }, second(2)));
    expect(await inTransaction((tx) => payments.hold(tx, claimed!))).toBe(false);
    expect(idsOf(await claim(second(2), second(60)))).toEqual([id]);
  });

  it('that has ended stays so, whatever is heard of it', async () => {
    const id = await asked();
    await wait(id, { reference: 'cs_1' });
    await end(id);
    await inTransaction((tx) => payments.lookNow(tx, { reference: 'cs_1' }, second(3)));
    expect(await newest()).toMatchObject({ state: 'paid', reference: 'cs_1', payAt: null, nextLookAt: null });
    expect(await claim(second(59), second(60))).toEqual([]);
  });
});

describe('a list of payments', () => {
  it('is of one organization, or of one invoice of it', async () => {
    const [mine, other] = [await asked(), await asked(await elsewhere())];
    const stranger = randomUUID();
    await asked({ organizationId: stranger, invoiceId: await invoiceRow(database, { organizationId: stranger }) });
    const list = (over: object) =>
      payments.list(database.database.confined, { organization: organizationId, limit: 10, ...over });
    expect(idsOf(await list({}))).toEqual([mine, other]);
    expect(idsOf(await list({ invoice: invoiceId }))).toEqual([mine]);
    expect(idsOf(await list({ limit: 1 }))).toHaveLength(2);
    const cursor = Buffer.from(JSON.stringify(mine)).toString('base64url');
    expect(idsOf(await list({ cursor }))).toEqual([other]);
    expect(await list({ organization: stranger, invoice: invoiceId })).toEqual([]);
  });
});
