import { randomUUID } from 'node:crypto';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';
import { HeldClock } from './fixtures/held-clock.js';

const clock = new HeldClock();
let identity: IdentityService;
let replica: IdentityService;
beforeAll(async () => {
  const environment = {
    ACCESS_STALE_SECONDS: '1e9',
    ATTEMPTS_PER_ACCOUNT: '6', // a login by one of two names has half of it
    ATTEMPTS_PER_ADDRESS: '12',
    TRUSTED_PROXIES: '127.0.0.1',
  };
  identity = await IdentityService.start(environment, [[Clock, clock]]);
  const { databaseUrl } = identity.service;
  const other = { ...environment, DATABASE_URL: databaseUrl, MAIL_FOLDER: `${identity.mailFolder}/2`, ROLE: 'api' };
  replica = await IdentityService.start(other, [[Clock, clock]]);
});
afterAll(async () => {
  await replica.close();
  await identity.close();
});

let last = 0;
/** Nobody else's: each test counts for itself. */
const newAddress = () => `192.0.2.${(last += 1)}`;
const login = (email: string, password: string, address: string, on = identity) =>
  on.call('POST', '/v1/auth/login', { body: { email, password }, headers: { 'x-forwarded-for': address } });
const wrong = async (email: string, address: string, on = identity) =>
  (await login(email, 'not the password', address, on)).status;
const person = async () => {
  const { email } = await identity.person();
  return email;
};

describe('guessing a password', () => {
  it.each([
    ['of somebody', person],
    ['of nobody', () => Promise.resolve(`${randomUUID()}@example.com`)],
  ])('%s takes longer and longer, from wherever it is tried', async (_, of) => {
    const email = await of();
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push(await wrong(email, newAddress()));
    expect(statuses).toEqual([401, 401, 401, 429]);
    const refused = await login(email, 'not the password', newAddress());
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    clock.forward(1_100);
    expect(await wrong(email, newAddress())).toBe(401);
    clock.forward(1_100);
    expect(await wrong(email, newAddress())).toBe(429);
  });

  it('at all replicas and all at once grants no more attempts than one after the other', async () => {
    const email = await person();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => wrong(email, newAddress(), i % 2 === 0 ? identity : replica)),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(17);
  });

  it('of many accounts from one address is slowed down for that address, and for no other', async () => {
    const address = newAddress();
    const statuses = [];
    for (let i = 0; i < 14; i++) statuses.push(await wrong(`${randomUUID()}@example.com`, address));
    expect(statuses.filter((status) => status === 401)).toHaveLength(12);
    const email = await person();
    expect((await login(email, goodPassword, newAddress())).status).toBe(200);
  });

  it('is not what people do who mistype now and then: a right password wipes the slate', async () => {
    const [email, address] = [await person(), newAddress()];
    for (let i = 0; i < 15; i++) {
      expect(await wrong(email, address)).toBe(401);
      expect((await login(email, goodPassword, address)).status).toBe(200);
      if (i % 5 === 4) clock.forward(3_700_000); // an hour of silence is forgotten
    }
  });

  it('hides nothing from the right password in time: who waits gets in', async () => {
    const [email, address] = [await person(), newAddress()];
    for (let i = 0; i < 3; i++) await wrong(email, address);
    expect((await login(email, goodPassword, address)).status).toBe(429);
    clock.forward(1_100);
    expect((await login(email, goodPassword, address)).status).toBe(200);
  });

  it('is counted by the address that a trusted proxy names, and by nothing that a client makes up', async () => {
    const work = async (direct: IdentityService) => {
      const statuses = [];
      for (let i = 0; i < 5; i++) statuses.push(await wrong(`${randomUUID()}@example.com`, newAddress(), direct));
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
    };
    await IdentityService.during({ ATTEMPTS_PER_ADDRESS: '3' }, work, [[Clock, clock]]);
  });
});

describe('what else can be tried often', () => {
  it('asking for a code to recover is slowed down, whether the account is there or not', async () => {
    for (const email of [await person(), `${randomUUID()}@example.com`]) {
      const statuses = [];
      for (let i = 0; i < 7; i++) {
        const headers = { 'x-forwarded-for': newAddress(), 'idempotency-key': randomUUID() };
        statuses.push((await identity.call('POST', '/v1/auth/recovery', { body: { email }, headers })).status);
      }
      expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 429]);
    }
  });

  it('the current password, by whoever found a signed-in device', async () => {
    const { accessToken } = await identity.person();
    const body = { currentPassword: 'not the password', password: 'staple battery horse 7' };
    const statuses = [];
    for (let i = 0; i < 7; i++) {
      const headers = { 'x-forwarded-for': newAddress() };
      statuses.push((await identity.call('POST', '/v1/auth/password', { body, token: accessToken, headers })).status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 422, 429]);
  });

  it('leaves no address and no e-mail address in the rows', async () => {
    const rows = await identity.database.query<{ row: string }>(
      'select row_to_json(throttle)::text as row from throttle',
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { row } of rows) expect(row).not.toMatch(/192\.0\.2|@/);
  });
});
