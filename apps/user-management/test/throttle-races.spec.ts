import { randomUUID } from 'node:crypto';
import { Clock } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../src/config.js';
import { identityMigrations } from '../src/database/identity-migrations.js';
import { FORGOTTEN_AFTER_MS } from '../src/throttle/attempts.js';
import { Throttle } from '../src/throttle/throttle.js';
import { ThrottleRepository } from '../src/throttle/throttle.repository.js';

describe('attempts of many at once', () => {
  let test: TestDatabase;
  let throttle: Throttle;
  beforeAll(async () => {
    test = await testDatabase({ migrations: identityMigrations });
    const config = { ATTEMPTS_PER_ACCOUNT: 100_000, ATTEMPTS_PER_ADDRESS: 100_000 } as Config;
    throttle = new Throttle(config, test.database, new ThrottleRepository(), new Clock());
  });
  afterAll(() => test.drop());

  const rows = () => test.database.query<{ count: number }>('select count from throttle');
  const each = (count: number, work: (n: number) => Promise<void>) =>
    Promise.all(Array.from({ length: count }, (_, n) => work(n)));

  it('never wait for each other in a circle, though some succeed meanwhile and are forgotten', async () => {
    const attempt = { what: 'login', account: 'ada@example.com', address: '192.0.2.1' };
    await each(8, async () => {
      for (let n = 0; n < 40; n++) {
        await throttle.admit(attempt);
        await throttle.succeeded(attempt);
      }
    });
    expect(await rows()).toEqual([{ count: 0 }]); // of the address, which got each attempt back
  });

  it('never do so over what is old and deleted on the way', async () => {
    for (let round = 0; round < 5; round++) {
      await each(40, (n) => throttle.admit({ what: 'login', account: `${n}`, address: `192.0.2.${n}` }));
      await test.database.query('update throttle set last_at = $1', [new Date(Date.now() - FORGOTTEN_AFTER_MS - 1)]);
      await each(40, (n) => throttle.admit({ what: 'login', account: `${n}`, address: `192.0.2.${39 - n}` }));
    }
    await test.database.query('update throttle set last_at = $1', [new Date(Date.now() - FORGOTTEN_AFTER_MS - 1)]);
    for (let n = 0; n < 5; n++) await throttle.admit({ what: 'login', account: randomUUID() });
    expect(await rows()).toHaveLength(5);
  });
});
