import type { AddedPasskey, Passkey, Tokens } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Chromium, type DeviceKey, type Tab } from './fixtures/chromium.js';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { PasskeyPage } from './fixtures/passkey-page.js';

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

let identity: IdentityService;
let page: PasskeyPage;
/** Of the same host, and none of the pages that may ask for passkeys. */
let otherPage: PasskeyPage;
let browser: Chromium;
beforeAll(async () => {
  const api = () => identity.service.url;
  page = await PasskeyPage.serve(api);
  otherPage = await PasskeyPage.serve(api);
  identity = await IdentityService.start({
    ACCESS_STALE_SECONDS: '1e9',
    PASSKEY_DOMAIN: 'localhost',
    PASSKEY_ORIGINS: page.origin,
  });
  browser = await Chromium.start();
});
afterAll(async () => {
  await browser.close();
  await identity.close();
  await page.close();
  await otherPage.close();
});

async function tabOf(url: string): Promise<Tab> {
  const tab = await browser.open(url);
  await eventually(async () => expect(await tab.evaluate('typeof logInByPasskey')).toBe('function'));
  return tab;
}

const add = (tab: Tab, { accessToken }: Person) =>
  tab.evaluate<Answer<AddedPasskey>>(`addPasskey(${JSON.stringify(accessToken)})`);
const logIn = (tab: Tab, { email }: Person, password = goodPassword) =>
  tab.evaluate<Answer<Tokens>>(`logIn(${JSON.stringify(email)}, ${JSON.stringify(password)})`);
const logInByPasskey = (tab: Tab) => tab.evaluate<Answer<Tokens>>('logInByPasskey()');
const me = async ({ body }: Answer<Tokens>) =>
  (await identity.call('GET', '/v1/me', { token: body.accessToken })).body['email'];

async function keyOf(tab: Tab): Promise<DeviceKey> {
  const [key] = await tab.keys();
  if (!key) throw new Error('the device keeps no key');
  return key;
}

describe('a browser', () => {
  let tab: Tab;
  let person: Person;
  beforeEach(async () => {
    person = await identity.person();
    tab = await tabOf(page.origin);
  });

  it('makes a passkey, which lets its person in alone', async () => {
    const added = await add(tab, person);
    expect(added).toMatchObject({ status: 201, body: { name: 'This browser' } });
    expect(await tab.keys()).toMatchObject([{ rpId: 'localhost', isResidentCredential: true }]);
    const login = await logInByPasskey(tab);
    expect(login.status).toBe(200);
    expect(await me(login)).toBe(person.email);
  });

  it('shows a passkey after the password, without which that lets nobody in any more', async () => {
    await add(tab, person);
    expect(await identity.login(person.email, goodPassword)).toMatchObject({
      status: 401,
      body: { code: 'second_factor_required' },
    });
    expect(await logIn(tab, person, 'not the password')).toMatchObject({ status: 401 });
    expect(await me(await logIn(tab, person))).toBe(person.email);
  });

  it('makes no second passkey for who has one in this device', async () => {
    await add(tab, person);
    await expect(add(tab, person)).rejects.toThrow(/InvalidStateError/);
    const { body } = await identity.call<{ items: Passkey[] }>('GET', '/v1/auth/passkeys', {
      token: person.accessToken,
    });
    expect(body.items).toHaveLength(1);
  });

  it('is refused with a copy of a key that was used since', async () => {
    await add(tab, person);
    const before = await keyOf(tab);
    expect((await logInByPasskey(tab)).status).toBe(200);
    await tab.forget(before);
    await tab.put(before);
    expect(await logInByPasskey(tab)).toMatchObject({ status: 401, body: { code: 'passkey_login_refused' } });
  });

  it('on another page of the host is refused, with a new passkey and with one that is known', async () => {
    const elsewhere = await tabOf(otherPage.origin);
    expect(await add(elsewhere, person)).toMatchObject({ status: 422, body: { code: 'passkey_refused' } });
    expect(await logInByPasskey(elsewhere)).toMatchObject({ status: 401, body: { code: 'passkey_login_refused' } });
    await add(tab, person);
    await elsewhere.forget(await keyOf(elsewhere));
    await elsewhere.put(await keyOf(tab));
    expect(await logInByPasskey(elsewhere)).toMatchObject({ status: 401, body: { code: 'passkey_login_refused' } });
  });

  it('itself refuses to make or show passkeys of the platform on pages of another host', async () => {
    const elsewhere = await tabOf(page.origin.replace('localhost', '127.0.0.1'));
    await expect(add(elsewhere, person)).rejects.toThrow(/SecurityError/);
    await expect(logInByPasskey(elsewhere)).rejects.toThrow(/SecurityError/);
  });
});
