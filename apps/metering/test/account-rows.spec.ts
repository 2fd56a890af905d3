import { randomUUID } from 'node:crypto';
import { Clock } from '@berth/service-kit';
import type { TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BillingAccountsRepository } from '../src/billing-accounts/billing-accounts.repository.js';
import { invoiceRow, meteringDatabase } from './support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await meteringDatabase();
});
afterAll(() => database?.drop());

const day = (of: number) => new Date(Date.UTC(2026, 10, of));
class SetClock extends Clock {
  at = day(1);
  override now(): Date {
    return this.at;
  }
}
const clock = new SetClock();
const accounts = new BillingAccountsRepository(clock);
const inTransaction: TestDatabase['database']['transaction'] = (work) => database.database.transaction(work);

let organizationId: string;
beforeEach(async () => {
  await database.database.query('delete from billing_account');
  clock.at = day(20);
  organizationId = await account(day(10));
});

async function account(since: Date): Promise<string> {
  const id = randomUUID();
  await inTransaction((tx) => accounts.ensure(tx, id, since));
  return id;
}
const find = () => accounts.find(database.database, organizationId);
const lateSince = () => accounts.lateSince(database.database.confined, organizationId);
const noteChange = (since: Date) => inTransaction((tx) => accounts.noteChange(tx, organizationId, since));
/** An invoice was issued, and the period after it is open. */
async function billed(openSince: Date): Promise<void> {
  await invoiceRow(database, { organizationId });
  await inTransaction((tx) => accounts.open(tx, organizationId, openSince));
}

describe('a billing account', () => {
  it('is made once, however often somebody uses something, and begins with the first', async () => {
    await inTransaction((tx) => accounts.ensure(tx, organizationId, day(2)));
    expect(await find()).toMatchObject({ openSince: day(10), timeZone: 'UTC', currency: 'EUR', hasInvoices: false });
  });

  it('knows whether it has invoices once a period of it was billed, and not when it had nothing to bill', async () => {
    await inTransaction((tx) => accounts.open(tx, organizationId, day(12)));
    expect(await find()).toMatchObject({ openSince: day(12), hasInvoices: false });
    await billed(day(14));
    expect(await find()).toMatchObject({ openSince: day(14), hasInvoices: true });
  });

  it('is held by one transaction: others wait for its end', async () => {
    await inTransaction(async (tx) => {
      await accounts.lock(tx, organizationId);
      const free = await database.database.query(
        'select from billing_account where organization_id = $1 for update skip locked',
        [organizationId],
      );
      expect(free).toEqual([]);
    });
  });
});

describe('usage that changed', () => {
  it('in the open period is nothing to note', async () => {
    for (const since of [day(10), day(11)]) await noteChange(since);
    expect((await find())?.openSince).toEqual(day(10));
    await billed(day(10));
    for (const since of [day(10), day(11)]) await noteChange(since);
    expect(await lateSince()).toBeUndefined();
    expect((await find())?.openSince).toEqual(day(10));
  });

  it('before it, where nothing was billed yet, opens the period where it changed, and that one is looked at', async () => {
    await inTransaction((tx) => accounts.lookAgain(tx, organizationId, day(25), null));
    await noteChange(day(4));
    expect((await find())?.openSince).toEqual(day(4));
    expect(await lateSince()).toBeUndefined();
    expect(await accounts.due(database.database.confined, 10)).toEqual([organizationId]);
  });

  it('before it, where something was billed, is noted since the earliest of all changes, and nothing is opened', async () => {
    await billed(day(15));
    for (const since of [day(8), day(3), day(12)]) await noteChange(since);
    expect(await lateSince()).toEqual(day(3));
    expect((await find())?.openSince).toEqual(day(15));
  });

  it('is forgotten when it was billed, of this organization alone', async () => {
    await billed(day(15));
    await noteChange(day(3));
    const [mine, other] = [organizationId, await account(day(10))];
    organizationId = other;
    await billed(day(15));
    await noteChange(day(5));
    await inTransaction((tx) => accounts.settleLate(tx, mine, null));
    expect(await lateSince()).toEqual(day(5));
    organizationId = mine;
    expect(await lateSince()).toBeUndefined();
  });

  it('is billed up to a moment, and from there on stays to be', async () => {
    await billed(day(15));
    await noteChange(day(3));
    await inTransaction((tx) => accounts.settleLate(tx, organizationId, day(9)));
    expect(await lateSince()).toEqual(day(9));
    await noteChange(day(12));
    expect(await lateSince()).toEqual(day(9));
    await noteChange(day(4));
    expect(await lateSince()).toEqual(day(4));
  });

  it('of who has no account is nothing', async () => {
    organizationId = randomUUID();
    await noteChange(day(3));
    expect([await find(), await lateSince()]).toEqual([undefined, undefined]);
  });
});

describe('accounts that are due', () => {
  it('come the longest due first, from the moment on that was said, and no more than asked for', async () => {
    const [first, later] = [await account(day(5)), await account(day(21))];
    const due = (limit: number) => accounts.due(database.database.confined, limit);
    expect(await due(10)).toEqual([first, organizationId]);
    expect(await due(1)).toEqual([first]);
    clock.at = new Date(day(21).getTime() - 1);
    expect(await due(10)).not.toContain(later);
    clock.at = day(21);
    expect(await due(10)).toEqual([first, organizationId, later]);
  });

  it('that are put off are due then, and say what hinders them until it no longer does', async () => {
    const isDue = () => inTransaction((tx) => accounts.isDue(tx, organizationId));
    await inTransaction((tx) => accounts.lookAgain(tx, organizationId, day(22), 'dead letters'));
    expect([await isDue(), (await find())?.blocked]).toEqual([false, 'dead letters']);
    clock.at = day(22);
    expect(await isDue()).toBe(true);
    await inTransaction((tx) => accounts.open(tx, organizationId, day(23)));
    expect([await isDue(), (await find())?.blocked]).toEqual([false, null]);
  });
});
