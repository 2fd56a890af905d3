import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { CouponDiscountsRepository, type NewDiscount } from '../src/credits/coupon-discounts.repository.js';
import { CreditsRepository, type NewCredit } from '../src/credits/credits.repository.js';
import { invoiceRow, meteringDatabase } from './support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await meteringDatabase();
});
afterAll(() => database?.drop());

const [credits, discounts] = [new CreditsRepository(), new CouponDiscountsRepository()];
const day = (of: number) => new Date(Date.UTC(2026, 10, of));
let organizationId: string;
beforeEach(() => void (organizationId = randomUUID()));

const inTransaction = <Result>(work: Parameters<typeof database.database.transaction<Result>>[0]) =>
  database.database.transaction(work);

async function credit(name: string, over: Partial<NewCredit> = {}): Promise<string> {
  const id = v7();
  const given = { id, organizationId, name, currency: 'EUR', amount: 1_000n, expiresAt: null, coupon: null };
  await inTransaction((tx) => credits.insert(tx, { ...given, createdAt: day(1), ...over }));
  return id;
}
const paying = async (at = day(10), currency = 'EUR') =>
  (await credits.payingFor(database.database.confined, organizationId, currency, at)).map(({ name, left }) => [
    name,
    left,
  ]);
const use = (creditId: string, invoiceId: string, amount: bigint) =>
  inTransaction((tx) => credits.use(tx, creditId, invoiceId, amount));

describe('credits that pay for a period', () => {
  it('are used as they expire, those that never do last, and equal ones as they were given', async () => {
    await credit('never, later', { createdAt: day(3) });
    await credit('never', { createdAt: day(2) });
    await credit('late', { expiresAt: day(30) });
    await credit('soon, later', { expiresAt: day(20), createdAt: day(2) });
    await credit('soon', { expiresAt: day(20), createdAt: day(1) });
    const names = (await paying()).map(([name]) => name);
    expect(names).toEqual(['soon', 'soon, later', 'late', 'never', 'never, later']);
  });

  it('given at one moment are used in the order of their ids, whoever asks', async () => {
    const ids = [await credit('a'), await credit('b'), await credit('c')];
    const found = await credits.payingFor(database.database.confined, organizationId, 'EUR', day(10));
    expect(found.map(({ id }) => id)).toEqual(ids);
  });

  it('are those that hold longer than its first moment', async () => {
    await credit('until then', { expiresAt: day(10) });
    await credit('a millisecond more', { expiresAt: new Date(day(10).getTime() + 1) });
    expect(await paying(day(10))).toEqual([['a millisecond more', 1_000n]]);
  });

  it('are of its currency and its organization, and not revoked', async () => {
    await credit('dollars', { currency: 'USD' });
    await credit('theirs', { organizationId: randomUUID() });
    const revoked = await credit('revoked');
    expect(await inTransaction((tx) => credits.revoke(tx, revoked, day(2)))).toBe(true);
    expect(await paying()).toEqual([]);
    expect(await paying(day(10), 'USD')).toEqual([['dollars', 1_000n]]);
  });

  it('are what invoices left of them, and void invoices used nothing', async () => {
    const id = await credit('c');
    const [first, second] = [
      await invoiceRow(database, { organizationId }),
      await invoiceRow(database, { organizationId, status: 'paid' }),
    ];
    await use(id, first, 300n);
    await use(id, second, 700n);
    expect(await paying()).toEqual([]);
    await database.database.query(`update invoice set status = 'void' where id = $1`, [first]);
    expect(await paying()).toEqual([['c', 300n]]);
    expect((await credits.find(database.database, id))?.left).toBe('3.00');
  });

  it('may be larger than any number of a computer', async () => {
    const amount = 10n ** 28n + 1n;
    const id = await credit('huge', { amount });
    await use(id, await invoiceRow(database, { organizationId }), 1n);
    expect(await paying()).toEqual([['huge', amount - 1n]]);
  });

  it('are not used twice by one invoice, and never for nothing', async () => {
    const [id, invoice] = [await credit('c'), await invoiceRow(database, { organizationId })];
    await use(id, invoice, 1n);
    await expect(use(id, invoice, 1n)).rejects.toThrow(/credit_use_pkey/);
    await expect(use(id, await invoiceRow(database, { organizationId }), 0n)).rejects.toThrow(/check/);
  });

  it('are revoked once, at the first moment', async () => {
    const id = await credit('c');
    expect(await inTransaction((tx) => credits.revoke(tx, id, day(2)))).toBe(true);
    expect(await inTransaction((tx) => credits.revoke(tx, id, day(3)))).toBe(false);
    expect((await credits.find(database.database, id))?.revokedAt).toBe(day(2).toISOString());
  });

  it('are listed to their organization alone, in pages that hold each once', async () => {
    const ids = [await credit('a'), await credit('b'), await credit('c')];
    await credit('theirs', { organizationId: randomUUID() });
    const seen: string[] = [];
    for (
      let cursor: string | undefined, rows;
      ;
      cursor = Buffer.from(JSON.stringify(rows[1]!.id)).toString('base64url')
    ) {
      rows = await credits.list(database.database.confined, { organization: organizationId, limit: 2, cursor });
      seen.push(...rows.slice(0, 2).map(({ id }) => id));
      if (rows.length <= 2) break;
    }
    expect(seen).toEqual(ids);
  });
});

describe('discounts of a month', () => {
  async function discount(name: string, over: Partial<NewDiscount> = {}): Promise<string> {
    const id = v7();
    const months = { firstMonth: '2026-03', lastMonth: '2026-05' as string | null };
    const given = { id, organizationId, name, percent: '10', on: null, coupon: name, ...months, createdAt: day(1) };
    await database.database.query(
      `insert into coupon (code, name, percent, created_at) values ($1, $1, '10', now()) on conflict do nothing`,
      [name],
    );
    await inTransaction((tx) => discounts.insert(tx, { ...given, ...over }));
    return id;
  }
  const holding = async (month: string) =>
    (await discounts.holding(database.database.confined, organizationId, month)).map(({ name }) => name);

  it.each([
    ['2026-02', []],
    ['2026-03', ['d']],
    ['2026-05', ['d']],
    ['2026-06', []],
    ['2025-04', []],
    ['2027-04', []],
  ])('hold from their first month to their last: in %s', async (month, expected) => {
    await discount('d');
    expect(await holding(month)).toEqual(expected);
  });

  it('without a last month hold for ever, also into another century', async () => {
    await discount('d', { lastMonth: null });
    expect([await holding('2026-02'), await holding('2026-03'), await holding('2126-01')]).toEqual([[], ['d'], ['d']]);
  });

  it('are taken off in the order in which they were redeemed', async () => {
    await discount('second', { createdAt: day(2) });
    await discount('first', { createdAt: day(1) });
    expect(await holding('2026-04')).toEqual(['first', 'second']);
  });

  it('hold for their organization alone, and not when they are revoked', async () => {
    await discount('theirs', { organizationId: randomUUID() });
    const revoked = await discount('revoked');
    await discount('mine');
    expect(await inTransaction((tx) => discounts.revoke(tx, revoked, day(2)))).toBe(true);
    expect(await inTransaction((tx) => discounts.revoke(tx, revoked, day(3)))).toBe(false);
    expect(await holding('2026-04')).toEqual(['mine']);
  });

  it('are on what their coupon says, or on everything', async () => {
    await discount('on cpu', { on: ['cpu'] });
    await discount('on all');
    const found = await discounts.holding(database.database.confined, organizationId, '2026-04');
    expect(found.map((each) => each.on)).toEqual([['cpu'], undefined]);
  });

  it('are one per coupon and organization, and never end before they begin', async () => {
    await discount('welcome');
    await expect(discount('welcome')).rejects.toThrow(/organization_id_coupon/);
    await expect(discount('back', { lastMonth: '2026-02' })).rejects.toThrow(/check/);
  });
});
