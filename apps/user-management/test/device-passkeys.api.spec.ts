import { createHash } from 'node:crypto';
import type { DeviceAuthorization, PasskeyOptions } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { AskingDevice } from './fixtures/asking-device.js';
import { DeviceBrowser } from './fixtures/device-browser.js';
import { IdentityService, type Person } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';
import { type AuthenticatorOptions, SoftwareAuthenticator } from './fixtures/software-authenticator.js';

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
}

async function holder(settings: AuthenticatorOptions = {}): Promise<Holder> {
  const person = await identity.person();
  const key = new SoftwareAuthenticator({ origin, ...settings });
  const token = person.accessToken;
  const options = await identity.call<PasskeyOptions>('POST', '/v1/auth/passkeys/options', { token });
  const body = { name: 'Phone', credential: key.create(options.body) };
  expect((await identity.call('POST', '/v1/auth/passkeys', { token, body })).status).toBe(201);
  return { ...person, key };
}

const asking = new AskingDevice(() => identity.service.url);

let device: DeviceAuthorization;
let browser: DeviceBrowser;
beforeEach(async () => {
  device = await asking.begin();
  browser = new DeviceBrowser(() => identity.service.url);
  await browser.get(`?user_code=${device.user_code}`);
  await browser.submit('/passkey', {});
});

/** What the page asks browsers to show. */
const options = () => JSON.parse(browser.data('options')) as PasskeyOptions;
const shown = ({ key }: Holder) => JSON.stringify(key.show(options()));
const say = (passkey: string, decision = 'approve') => browser.submit('/passkey', { passkey, decision });

describe('on the page of a device a passkey', () => {
  it('is not asked for a code that no device has, which is one guess at it', async () => {
    const guesses = async () => {
      const [row] = await identity.database.query<{ all: number }>(
        'select coalesce(sum(count), 0)::int as all from throttle',
      );
      return row?.all ?? 0;
    };
    const before = await guesses();
    const { status, html } = await browser.get('/passkey?user_code=BBBB-BBBC');
    expect({ status, asks: html.includes('data-options') }).toEqual({ status: 422, asks: false });
    expect(html).toContain('No device waits with this code.');
    expect((await guesses()) - before).toBe(2); // by the code, and by the address
  });

  it('lets in the device alone whose code is shown, which is as trusted as with a second factor', async () => {
    const [person, other] = [await holder(), await asking.begin()];
    for (const told of [device.user_code, 'asks to act in your name']) expect(browser.page.html).toContain(told);
    expect(options()).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect((await say(shown(person))).status).toBe(200);
    const { access_token: token } = await asking.poll(device);
    expect(decodeJwt(token)['mfa']).toBe(true);
    expect((await identity.call('GET', '/v1/me', { token })).body['email']).toBe(person.email);
    expect((await asking.poll(other)).error).toBe('authorization_pending');
  });

  it('refuses a device that its person did not start', async () => {
    expect((await say(shown(await holder()), 'deny')).status).toBe(200);
    expect((await asking.poll(device)).error).toBe('access_denied');
  });

  it('is refused when its device asked for nothing, and another may be shown', async () => {
    const [careless, careful] = [await holder({ verifies: false }), await holder()];
    const { challenge } = options();
    expect((await say(shown(careless))).status).toBe(401);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
    expect(browser.page.html).toContain(device.user_code);
    expect(options().challenge).not.toBe(challenge);
    expect((await say(shown(careful))).status).toBe(200);
  });

  it('is good once, and not for long', async () => {
    const person = await holder();
    const one = shown(person);
    expect((await say(one)).status).toBe(200);
    device = await asking.begin();
    await browser.get(`/passkey?user_code=${device.user_code}`);
    expect((await say(one)).status).toBe(401);
    const late = shown(person);
    clock.forward(301_000);
    expect((await say(late)).status).toBe(401);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
  });

  it.each([
    ['nobody has', () => JSON.stringify(new SoftwareAuthenticator({ origin }).show(options()))],
    ['is none', () => '{}'],
    ['is no JSON', () => 'passkey'],
    ['was not shown at all', () => ''],
  ])('that %s is refused', async (_, text) => {
    expect((await say(text())).status).toBe(401);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
  });

  it('of a page elsewhere is refused', async () => {
    const person = await holder();
    const key = person.key.through({ origin: 'https://evil.example' });
    expect((await say(shown({ ...person, key }))).status).toBe(401);
  });

  it('of somebody who was suspended is refused', async () => {
    const person = await holder();
    await identity.database.query(`update app_user set state = 'suspended' where email = $1`, [person.email]);
    expect((await say(shown(person))).status).toBe(403);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
  });

  it('is not asked for, nor taken, where no device waits', async () => {
    const text = shown(await holder());
    const answered = { user_code: device.user_code, passkey: text };
    expect((await browser.post('/passkey', { ...answered, user_code: 'BBBB-BBBB', decision: 'approve' })).status).toBe(
      422,
    );
    expect(browser.page.html).not.toContain('data-options');
    expect((await browser.get('/passkey?user_code=BBBB-BBBC')).status).toBe(422);
    expect(browser.page.html).not.toContain('data-options');
  });
});

describe('the page that asks for a passkey', () => {
  it('allows its own script and no other', () => {
    const [, script = ''] = /<script>([^]*)<\/script>/.exec(browser.page.html) ?? [];
    expect(script).toContain('navigator.credentials.get');
    const hash = createHash('sha256').update(script).digest('base64');
    const policy = browser.page.headers.get('content-security-policy');
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    expect(policy).toContain("default-src 'none'");
    expect(browser.page.html).not.toMatch(/\son\w+=/);
  });

  it('is there where passkeys belong to its host alone', async () => {
    const elsewhere = { PASSKEY_ORIGINS: 'https://console.example.com' };
    await IdentityService.during(elsewhere, async (other) => {
      const page = new DeviceBrowser(() => other.service.url);
      expect((await page.get('')).html).not.toContain('passkey');
      expect((await page.get(`/passkey?user_code=${device.user_code}`)).status).toBe(404);
      const answer = { user_code: device.user_code, passkey: '{}', decision: 'approve' };
      expect((await page.post('/passkey', answer)).status).toBe(404);
    });
  });
});
