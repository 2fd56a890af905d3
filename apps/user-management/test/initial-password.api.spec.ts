import type { DeviceAuthorization } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import type { Config } from '../src/config.js';
import { PasswordsService } from '../src/passwords/passwords.service.js';
import { BootstrapAdministrator } from '../src/users/bootstrap-administrator.js';
import { UsersRepository } from '../src/users/users.repository.js';
import { UsersService } from '../src/users/users.service.js';
import { DeviceBrowser } from './fixtures/device-browser.js';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';

const email = 'root@example.com';
const password = 'the first password';
const day = 86_400_000;
const ended = { status: 403, body: { code: 'initial_password_ended' } };

interface Started {
  readonly identity: IdentityService;
  readonly clock: MovedClock;
  /** Of the first administrator. */
  readonly token: string;
}

async function started(work: (started: Started) => Promise<unknown>): Promise<void> {
  const clock = new MovedClock();
  const settings = {
    ...{ BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password, INITIAL_PASSWORD_DAYS: '0.02' },
    ...{ ACCESS_STALE_SECONDS: '1e9', ACCESS_TOKEN_SECONDS: '3600' },
  };
  const test = async (identity: IdentityService) =>
    work({ identity, clock, token: (await identity.login(email, password)).body.accessToken });
  await IdentityService.during(settings, test, [[Clock, clock]]);
}
/** A token outlives the password here, so that what a session may do with it can be seen. */
const past = 0.02 * day + 1_000;

describe('the password of the first administrator, which the operator knows, too', () => {
  it('is good for a week unless it is told otherwise', async () => {
    const clock = new MovedClock();
    const bootstrap = { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password };
    const work = async (identity: IdentityService) => {
      clock.forward(7 * day - 60_000);
      expect((await identity.login(email, password)).status).toBe(200);
      clock.forward(60_000);
      expect(await identity.login(email, password)).toMatchObject(ended);
    };
    await IdentityService.during(bootstrap, work, [[Clock, clock]]);
  });

  it('lets in nobody after its end, nor a device, and proves nobody anew; who does not know it learns nothing', () =>
    started(async ({ identity, clock, token }) => {
      clock.forward(past);
      expect(await identity.login(email, 'not the password')).toMatchObject({ status: 401 });
      expect(await identity.login(email, password)).toMatchObject(ended);
      expect(await identity.call('POST', '/v1/auth/step-up', { token, body: { password } })).toMatchObject(ended);
      expect(await identity.call('POST', '/v1/auth/totp', { token, body: { password } })).toMatchObject(ended);
      const asked = { method: 'POST', body: new URLSearchParams({ client_id: 'berth-cli' }) };
      const answer = await fetch(`${identity.service.url}/v1/oauth/device_authorization`, asked);
      const { user_code } = (await answer.json()) as DeviceAuthorization;
      const browser = new DeviceBrowser(() => identity.service.url);
      const page = await browser.post('', { user_code, email, password, decision: 'approve' });
      expect(page).toMatchObject({ status: 403, html: expect.stringContaining('berth recover') });
    }));

  it('stays no longer than its end once a session has changed it, and the new one does not end', () =>
    started(async ({ identity, clock, token }) => {
      clock.forward(past);
      const body = { currentPassword: password, password: goodPassword };
      expect((await identity.call('POST', '/v1/auth/password', { token, body })).status).toBe(204);
      clock.forward(365 * day);
      expect((await identity.login(email, goodPassword)).status).toBe(200);
      expect((await identity.login(email, password)).status).toBe(401);
    }));

  it('is replaced by a code from a mail when nobody is in', () =>
    started(async ({ identity, clock }) => {
      clock.forward(past);
      expect((await identity.call('POST', '/v1/auth/recovery', { body: { email } })).status).toBe(202);
      const body = { token: await identity.codeFor(email), password: goodPassword };
      expect((await identity.call('POST', '/v1/auth/recovery/complete', { body })).status).toBe(204);
      expect((await identity.login(email, goodPassword)).status).toBe(200);
    }));

  it('is not chosen again, neither by a session nor by a code from a mail, which stays good', () =>
    started(async ({ identity, clock, token }) => {
      const unchanged = { status: 422, body: { code: 'password_unchanged', errors: [{ pointer: '/password' }] } };
      const again = { currentPassword: password, password };
      expect(await identity.call('POST', '/v1/auth/password', { token, body: again })).toMatchObject(unchanged);
      await identity.call('POST', '/v1/auth/recovery', { body: { email } });
      const code = await identity.codeFor(email);
      const complete = (chosen: string) =>
        identity.call('POST', '/v1/auth/recovery/complete', { body: { token: code, password: chosen } });
      expect(await complete(password)).toMatchObject(unchanged);
      clock.forward(past);
      expect(await identity.login(email, password)).toMatchObject(ended);
      expect((await complete(goodPassword)).status).toBe(204);
    }));

  it('is none that is tried first: the start says so', () =>
    IdentityService.during({}, async ({ service: { app }, database }) => {
      const config = { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: 'password1', INITIAL_PASSWORD_DAYS: 7 };
      const of = <Service>(type: Type<Service>) => app.get(type, { strict: false });
      const [users, service, passwords] = [of(UsersRepository), of(UsersService), of(PasswordsService)];
      const administrator = new BootstrapAdministrator(
        config as Config,
        database,
        users,
        service,
        passwords,
        of(Clock),
      );
      await expect(administrator.onApplicationBootstrap()).rejects.toThrow(
        /^BOOTSTRAP_ADMIN_PASSWORD is one of the passwords/,
      );
      expect(await database.query('select from app_user')).toEqual([]);
    }));
});

it('the password that somebody chose does not end', async () => {
  const clock = new MovedClock();
  const work = async (identity: IdentityService) => {
    const person = await identity.person();
    clock.forward(365 * day);
    expect((await identity.login(person.email, person.password)).status).toBe(200);
  };
  await IdentityService.during({ ACCESS_STALE_SECONDS: '1e9' }, work, [[Clock, clock]]);
});
