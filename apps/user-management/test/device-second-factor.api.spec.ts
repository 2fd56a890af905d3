import type { AddedPasskey, DeviceAuthorization, PasskeyOptions } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { AskingDevice } from './fixtures/asking-device.js';
import { DeviceBrowser } from './fixtures/device-browser.js';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';
import { SoftwareAuthenticator } from './fixtures/software-authenticator.js';

const origin = 'http://localhost:8080';
const clock = new MovedClock();
let identity: IdentityService;
beforeAll(async () => {
  const lasting = { ACCESS_STALE_SECONDS: '1e9', ACCESS_TOKEN_SECONDS: '3600' };
  identity = await IdentityService.start({ PASSKEY_ORIGINS: origin, ...lasting }, [[Clock, clock]]);
});
afterAll(() => identity.close());

interface Holder extends Person {
  readonly key: SoftwareAuthenticator;
  readonly recoveryCode: string;
}

/** Somebody with a passkey whose device asks for nothing: it proves them beside a password alone. */
async function holder(): Promise<Holder> {
  const person = await identity.person();
  const key = new SoftwareAuthenticator({ origin, verifies: false });
  const token = person.accessToken;
  const options = await identity.call<PasskeyOptions>('POST', '/v1/auth/passkeys/options', { token });
  const body = { name: 'Key', credential: key.create(options.body) };
  const added = await identity.call<AddedPasskey>('POST', '/v1/auth/passkeys', { token, body });
  return { ...person, key, recoveryCode: added.body.recoveryCodes?.[0] ?? '' };
}

const asking = new AskingDevice(() => identity.service.url);

let person: Holder;
let device: DeviceAuthorization;
let browser: DeviceBrowser;
const typePassword = (password = goodPassword) =>
  browser.post('', { user_code: device.user_code, email: person.email, password, decision: 'approve' });
beforeEach(async () => {
  [person, device] = [await holder(), await asking.begin()];
  browser = new DeviceBrowser(() => identity.service.url);
  await typePassword();
});

const options = () => JSON.parse(browser.data('options')) as PasskeyOptions;
const shown = (key = person.key) => JSON.stringify(key.show(options()));
const say = (fields: Record<string, string>) => browser.submit('/second-factor', { decision: 'approve', ...fields });
const proven = () => /name="proven" value="([^"]*)"/.exec(browser.page.html)?.[1] ?? '';
const stillWaits = async () => expect((await asking.poll(device)).error).toBe('authorization_pending');

describe('after a password the page of a device', () => {
  it('asks for a second factor, with the code of the device and no field for a password', () => {
    const { status, html, headers } = browser.page;
    expect(status).toBe(401);
    for (const told of [device.user_code, 'asks to act in your name', 'Let it in']) expect(html).toContain(told);
    expect(html).not.toContain('type="password"');
    expect(headers.get('content-security-policy')).toContain("script-src 'sha256-");
    expect(options()).toMatchObject({ rpId: 'localhost', userVerification: 'preferred' });
  });

  it('takes a passkey whose device asks for nothing, and the session counts as one with a second factor', async () => {
    expect((await say({ passkey: shown() })).status).toBe(200);
    const { access_token: token } = await asking.poll(device);
    expect(decodeJwt(token)['mfa']).toBe(true);
    expect((await identity.call('GET', '/v1/me', { token })).body['email']).toBe(person.email);
  });

  it('takes a recovery code in place of it', async () => {
    expect((await say({ code: person.recoveryCode })).status).toBe(200);
    expect((await asking.poll(device)).access_token).toBeDefined();
  });

  it('refuses a device for whoever shows both', async () => {
    expect((await say({ passkey: shown(), decision: 'deny' })).status).toBe(200);
    expect((await asking.poll(device)).error).toBe('access_denied');
  });

  it('asks again when nothing was shown, or what proves somebody else, or nobody', async () => {
    const other = await holder();
    const { challenge } = options();
    for (const passkey of ['', '{}', shown(other.key), shown(new SoftwareAuthenticator({ origin }))])
      expect((await say({ passkey })).status).toBe(401);
    expect((await say({ code: 'aaaa-bbbb-cccc' })).status).toBe(401);
    expect(options().challenge).not.toBe(challenge);
    await stillWaits();
    expect((await say({ passkey: shown() })).status).toBe(200);
  });

  it('takes a passkey once', async () => {
    const passkey = shown();
    expect((await say({ passkey })).status).toBe(200);
    device = await asking.begin();
    await typePassword();
    expect((await say({ passkey })).status).toBe(401);
    await stillWaits();
  });

  it('is not asked with a wrong password, which is told as before', async () => {
    expect((await typePassword('not the password')).status).toBe(401);
    expect(proven()).toBe('');
    expect(browser.page.html).toContain('type="password"');
  });

  /** By what is counted. */
  const counts = async () => {
    const rows = await identity.database.query<{ key: string; count: number }>('select key, count from throttle');
    return new Map(rows.map(({ key, count }) => [key, count]));
  };
  const counted = async () => [...(await counts()).values()].reduce((sum, each) => sum + each, 0);

  it('gives back no more than was counted, however often the password is proven by what was shown once', async () => {
    const first = { proven: proven(), passkey: shown() };
    await typePassword();
    const again = { user_code: device.user_code, decision: 'approve', proven: first.proven, passkey: shown() };
    expect((await browser.post('/second-factor', { ...again, ...first })).status).toBe(200);
    await typePassword('not the password');
    const before = await counts();
    expect((await browser.post('/second-factor', again)).status).toBe(422);
    const after = await counts();
    expect([...before].filter(([key, count]) => (after.get(key) ?? 0) < count)).toEqual([]);
  });

  it('gives every attempt back once all is proven', async () => {
    const before = await counted();
    expect((await say({ passkey: shown() })).status).toBe(200);
    expect(before - (await counted())).toBe(2); // of the account, and of the address
  });
});

describe('that a password was shown', () => {
  const answer = (fields: Record<string, string> = {}) =>
    browser.post('/second-factor', {
      ...{ user_code: device.user_code, proven: proven(), passkey: shown(), decision: 'approve', ...fields },
    });
  const isRefused = async (page: Promise<{ status: number }>) => {
    expect((await page).status).toBe(422);
    expect(browser.page.html).toContain('type="password"');
    await stillWaits();
  };

  it('holds for the device whose code was shown, and for no other', async () => {
    const asked = device;
    device = await asking.begin();
    await isRefused(answer());
    device = asked;
    await stillWaits();
  });

  it('holds for five minutes', async () => {
    const [sealed, passkey] = [proven(), shown()];
    clock.forward(300_000);
    await isRefused(answer({ proven: sealed, passkey }));
  });

  it('holds no longer than the password', async () => {
    const body = { currentPassword: goodPassword, password: 'another good password 7' };
    await identity.call('POST', '/v1/auth/password', { token: person.accessToken, body });
    await isRefused(answer());
  });

  it.each([
    ['made up', () => 'AAAA'],
    ['changed', () => `${proven().slice(0, -4)}AAAA`],
  ])('is refused when it is %s', async (_, text) => {
    await isRefused(answer({ proven: text() }));
  });

  it('lets in nobody who was suspended meanwhile', async () => {
    await identity.database.query(`update app_user set state = 'suspended' where email = $1`, [person.email]);
    expect((await answer()).status).toBe(403);
    await stillWaits();
  });

  it('asks nothing for a device that was answered meanwhile', async () => {
    const first = { user_code: device.user_code, proven: proven(), passkey: shown(), decision: 'approve' };
    expect((await browser.post('/second-factor', first)).status).toBe(200);
    expect((await browser.post('/second-factor', first)).status).toBe(422);
    expect(browser.page.html).not.toContain('data-options');
  });
});

it('a code that is typed beside the password is taken there, as without passkeys', async () => {
  const fields = { user_code: device.user_code, email: person.email, password: goodPassword, decision: 'approve' };
  expect((await browser.post('', { ...fields, code: person.recoveryCode })).status).toBe(200);
  expect((await asking.poll(device)).access_token).toBeDefined();
});
