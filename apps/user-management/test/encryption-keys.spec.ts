import { randomBytes } from 'node:crypto';
import { Keyring } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';

const [old, current] = [randomBytes(32), randomBytes(32)];
const keys = (...list: Buffer[]) => list.map((key) => key.toString('base64')).join(',');

describe('the key that seals what lies in the database', () => {
  let made: TestDatabase;
  beforeAll(async () => (made = await testDatabase()));
  afterAll(() => made.drop());

  const during = <Result>(ring: string, work: (identity: IdentityService) => Promise<Result>) =>
    IdentityService.during({ DATABASE_URL: made.url, KEY_ENCRYPTION_KEY: ring }, work);
  const sealed = async () =>
    (await made.database.query<{ sealed: Buffer }>(`select private_sealed as sealed from signing_key`)).map((row) =>
      row.sealed.subarray(0, 9).toString('hex'),
    );
  const headerOf = (key: Buffer) => new Keyring([key]).header.toString('hex');

  it('is replaced without anybody noticing, and then not needed any more', async () => {
    const person = await during(keys(old), (identity) => identity.person());
    expect(await sealed()).toEqual([headerOf(old)]);
    await during(keys(current, old), async (identity) => {
      expect((await identity.call('GET', '/v1/me', { token: person.accessToken })).status).toBe(200);
      expect((await identity.login(person.email, goodPassword)).status).toBe(200);
    });
    expect(await sealed()).toEqual([headerOf(current)]);
    await during(keys(current), async (identity) =>
      expect((await identity.login(person.email, goodPassword)).status).toBe(200),
    );
  });
});
