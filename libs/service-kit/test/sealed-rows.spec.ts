import { randomBytes } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, encryptionKeys, Keyring, SealedRows } from '../src/index.js';

const [old, current] = [randomBytes(32), randomBytes(32)];
const column = { table: 'note', key: 'id', column: 'sealed', context: `'note/' || id` };

let made: TestDatabase;
beforeAll(async () => {
  made = await testDatabase();
  await made.database.query('create table note (id int primary key, sealed bytea not null)');
});
afterAll(() => made.drop());

const rewrap = (keyring: Keyring, role: 'both' | 'api' = 'both') =>
  new SealedRows(
    { config: { ROLE: role }, keyring, columns: [column] },
    made.database,
    createLogger('test', 'silent'),
  ).onApplicationBootstrap();
const rows = () => made.database.query<{ id: number; sealed: Buffer }>('select id, sealed from note order by id');

describe('the sealed rows of a service', () => {
  it('are all wrapped with the current key by its workers, several at once, in batches; what is empty stays so', async () => {
    const before = new Keyring([old]);
    for (let id = 1; id <= 450; id++)
      await made.database.query('insert into note values ($1, $2)', [id, before.seal(`note/${id}`, `text ${id}`)]);
    await made.database.query(`insert into note values (0, '')`);
    const both = new Keyring([current, old]);

    await rewrap(both, 'api');
    for (const { id, sealed } of (await rows()).slice(1))
      expect(before.openText(`note/${id}`, sealed)).toBe(`text ${id}`);
    await Promise.all([rewrap(both), rewrap(both)]);
    await rewrap(both); // whoever came late may have left what the other one was at
    const [empty, ...wrapped] = await rows();
    expect(empty?.sealed).toHaveLength(0);
    for (const { id, sealed } of wrapped)
      expect(new Keyring([current]).openText(`note/${id}`, sealed)).toBe(`text ${id}`);
  });

  it('that no key of the ring opens stop the start, by the id of the key', async () => {
    await expect(rewrap(new Keyring([randomBytes(32)]))).rejects.toThrow(/is sealed with the key [0-9a-f]{16}/);
  });
});

describe('the configured keys', () => {
  const base64 = (key: Buffer) => key.toString('base64');

  it('are a list, the first of which seals', () => {
    const ring = encryptionKeys.parse(`${base64(current)}, ${base64(old)}`);
    expect(ring.header).toEqual(new Keyring([current]).header);
    expect(ring.openText('a', new Keyring([old]).seal('a', 'x'))).toBe('x');
  });

  it.each(['', 'c2hvcnQ=', `${base64(current)},`, base64(randomBytes(33))])('are not %j', (text) => {
    expect(encryptionKeys.safeParse(text).success).toBe(false);
  });
});
