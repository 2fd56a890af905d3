import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { kitMigrations } from '../src/idempotency/idempotency.migration.js';
import { type AnswerKey, type StoredAnswer, StoredAnswers } from '../src/idempotency/stored-answers.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ migrations: kitMigrations });
});
afterAll(() => database?.drop());
beforeEach(() => database.database.query('delete from idempotency_key'));

const answers = new StoredAnswers();
const key: AnswerKey = { subject: 'anna', route: 'POST /v1/apps', key: 'k', bodyHash: 'h' };
const stored: StoredAnswer = { status: 201, headers: { etag: '"1"' }, checks: { seen: 1 }, answer: { id: 'a' } };
const others: [string, Partial<AnswerKey>][] = [
  ['subject', { subject: 'bert' }],
  ['route', { route: 'POST /v1/projects' }],
  ['key', { key: 'l' }],
];

const store = (of: AnswerKey, answer: StoredAnswer) =>
  database.database.transaction((tx) => answers.store(tx, of, answer));
const find = (of: AnswerKey) => database.database.transaction((tx) => answers.find(tx, of));
const madeBefore = (interval: string, of: string) =>
  database.database.query(`update idempotency_key set created_at = now() - $1::interval where key = $2`, [
    interval,
    of,
  ]);
const keys = async () =>
  (await database.database.query<{ key: string }>('select key from idempotency_key order by key')).map(
    (row) => row.key,
  );

describe('the lock of an Idempotency-Key', () => {
  /** Holds the key in a transaction of its own while `work` runs. */
  async function held(work: () => Promise<void>): Promise<void> {
    await database.database.transaction(async (tx) => {
      expect(await answers.lock(tx, key)).toBe(true);
      await work();
    });
  }
  const isFree = (of: AnswerKey) => database.database.transaction((tx) => answers.lock(tx, of));

  it('is held by one request at a time, until its transaction ends', async () => {
    await held(async () => expect(await isFree(key)).toBe(false));
    expect(await isFree(key)).toBe(true);
  });

  it('is given back by a transaction that was rolled back', async () => {
    const failed = held(() => Promise.reject(new Error('refused')));
    await expect(failed).rejects.toThrow('refused');
    expect(await isFree(key)).toBe(true);
  });

  it.each(others)('does not keep another %s waiting', async (_name, other) => {
    await held(async () => expect(await isFree({ ...key, ...other })).toBe(true));
  });
});

describe('a stored answer', () => {
  it('comes back as it was, with the hash that it was asked with', async () => {
    await store(key, stored);
    expect(await find(key)).toEqual({ ...stored, bodyHash: 'h' });
    expect(await find({ ...key, bodyHash: 'another' })).toMatchObject({ bodyHash: 'h' });
  });

  it.each([
    ['nothing', undefined, null],
    ['null', null, null],
    ['a list', [1, 'a'], [1, 'a']],
    ['a text', 'text', 'text'],
    ['false', false, false],
    ['zero', 0, 0],
  ])('may be %s', async (_name, answer, expected) => {
    await store(key, { ...stored, answer });
    expect((await find(key))?.answer).toEqual(expected);
  });

  it.each(others)('is nobody else’s: not of another %s', async (_name, other) => {
    await store(key, stored);
    expect(await find({ ...key, ...other })).toBeUndefined();
  });

  it('is not there before its transaction has ended, nor when that is rolled back', async () => {
    const failed = database.database.transaction(async (tx) => {
      await answers.store(tx, key, stored);
      expect(await answers.find(tx, key)).toBeDefined();
      expect(await find(key)).toBeUndefined();
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
    expect(await find(key)).toBeUndefined();
  });

  it('holds for 24 hours and not longer; then another takes its place and holds as long', async () => {
    await store(key, stored);
    await madeBefore('23 hours 59 minutes', 'k');
    expect(await find(key)).toBeDefined();
    await madeBefore('24 hours 1 second', 'k');
    expect(await find(key)).toBeUndefined();
    await store({ ...key, bodyHash: 'new' }, { ...stored, status: 204, headers: {}, answer: undefined });
    expect(await find(key)).toEqual({ status: 204, headers: {}, checks: { seen: 1 }, answer: null, bodyHash: 'new' });
  });

  it('that is too old is forgotten when another is stored, a hundred at a time, and no young one', async () => {
    const many = `insert into idempotency_key (subject, route, key, body_hash, status)
      select 'anna', 'r', 'old-' || n, 'h', 200 from generate_series(1, 130) n`;
    await database.database.query(many);
    await database.database.query(`update idempotency_key set created_at = now() - interval '25 hours'`);
    await store({ ...key, key: 'young' }, stored);
    expect((await keys()).filter((each) => each.startsWith('old-'))).toHaveLength(30);
    await store(key, stored);
    expect(await keys()).toEqual(['k', 'young']);
  });

  it('that another transaction is just forgetting is not waited for', async () => {
    await store({ ...key, key: 'old' }, stored);
    await madeBefore('25 hours', 'old');
    await database.database.transaction(async (tx) => {
      await tx.query(`select from idempotency_key where key = 'old' for update`);
      await store(key, stored);
    });
    expect(await keys()).toEqual(['k', 'old']);
  });
});
