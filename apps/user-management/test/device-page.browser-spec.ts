import type { AddedPasskey, DeviceAuthorization, SignInFlow, TokenResponse } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Chromium, type Tab } from './fixtures/chromium.js';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { OpenIdProvider, redirectUri } from './fixtures/openid-provider.js';
import { PasskeyPage } from './fixtures/passkey-page.js';

let identity: IdentityService;
let openId: OpenIdProvider;
/** Page that makes passkeys, and the platform on the same host. */
let host: PasskeyPage;
let browser: Chromium;
beforeAll(async () => {
  host = await PasskeyPage.serve(() => identity.service.url);
  openId = await OpenIdProvider.start(`${host.origin}/v1/oauth/device/callback`);
  identity = await IdentityService.start({
    ACCESS_STALE_SECONDS: '1e9',
    PRIVATE_IDENTITY_PROVIDERS: 'true',
    PUBLIC_URL: host.origin,
    PASSKEY_ORIGINS: host.origin,
  });
  browser = await Chromium.start();
});
afterAll(async () => {
  await browser.close();
  await identity.close();
  await openId.close();
  await host.close();
});

const form = async <Body>(path: string, fields: Record<string, string>) => {
  const options = { method: 'POST', body: new URLSearchParams(fields) };
  return (await (await fetch(`${identity.service.url}/v1/oauth/${path}`, options)).json()) as Body;
};
const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
/** By whom the device was let in. */
async function letInBy({ device_code }: DeviceAuthorization): Promise<unknown> {
  const { access_token: token } = await form<TokenResponse>('token', { grant_type, device_code });
  return (await identity.call('GET', '/v1/me', { token })).body['email'];
}

const post = <Body = Record<string, unknown>>(path: string, body: unknown, token: string, headers = {}) =>
  identity.call<Body>('POST', path, { body, token, headers });

/** An organization with our OpenID provider, in which an account is the person's. */
async function organizationOf({ accessToken }: Person, login: string): Promise<string> {
  const { organization, access } = await identity.organization(accessToken);
  const provider = {
    ...{ organizationId: organization.id, displayName: 'Company login', clientId: 'berth' },
    ...{ clientSecret: 'berth-secret', endpoints: { kind: 'oidc', issuer: openId.issuer } },
  };
  const made = await post('/v1/identity-providers', provider, accessToken, { 'berth-access': access });
  const request = { providerId: made.body['id'], redirectUri };
  const { flowToken, authorizationUrl } = (await post<SignInFlow>('/v1/auth/oidc/flows', request, accessToken)).body;
  const query = await openId.browse(authorizationUrl, login);
  await post('/v1/auth/oidc/flows/answer', { flowToken, query }, accessToken);
  const linked = await post('/v1/auth/identities', { flowToken, password: goodPassword }, accessToken);
  expect(linked.status).toBe(201);
  return organization.slug;
}

describe('in a browser, somebody who let `berth login` open the page', () => {
  let tab: Tab;
  let person: Person;
  let device: DeviceAuthorization;
  beforeEach(async () => {
    person = await identity.person();
    device = await form<DeviceAuthorization>('device_authorization', { client_id: 'berth-cli' });
    tab = await browser.open(host.origin);
    await eventually(async () => expect(await tab.evaluate('typeof addPasskey')).toBe('function'));
  });
  const go = () => tab.evaluate(`void (location.href = ${JSON.stringify(device.verification_uri_complete)})`);
  /** Waits for what a page has to hold, and clicks it; a page that goes may take the answer along. */
  const click = async (selector: string) => {
    const found = `document.querySelector(${JSON.stringify(selector)})`;
    const isThere = `document.readyState === 'complete' && ${found} !== null`;
    await eventually(async () => expect(await tab.evaluate(isThere)).toBe(true));
    await tab.evaluate(`void setTimeout(() => ${found}.click())`);
  };
  const type = async (name: string, text: string) => {
    const found = `document.querySelector('[name=${name}]')`;
    await eventually(async () => expect(await tab.evaluate(`${found} !== null`)).toBe(true));
    await tab.evaluate(`void (${found}.value = ${JSON.stringify(text)})`);
  };
  const reads = (text: string) =>
    eventually(async () => expect(await tab.evaluate('document.body.textContent')).toContain(text));

  it('shows a passkey', async () => {
    const added = await tab.evaluate<{ body: AddedPasskey }>(`addPasskey(${JSON.stringify(person.accessToken)})`);
    expect(added).toMatchObject({ status: 201 });
    await go();
    await click('form[action$="/passkey"] button');
    await reads(device.user_code);
    await click('form[action$="/passkey"] button[value=approve]');
    await reads('Done.');
    expect(await letInBy(device)).toBe(person.email);
  });

  it('types a password, and shows a passkey on the next page', async () => {
    const added = await tab.evaluate<{ body: AddedPasskey }>(`addPasskey(${JSON.stringify(person.accessToken)})`);
    expect(added).toMatchObject({ status: 201 });
    await go();
    await type('email', person.email);
    await type('password', goodPassword);
    await click('form[action="/v1/oauth/device"] button[value=approve]');
    await reads('Your account asks for more than a password');
    await reads(device.user_code);
    expect(await tab.evaluate(`document.querySelector('[type=password]')`)).toBeNull();
    await click('button[value=approve]');
    await reads('Done.');
    expect(await letInBy(device)).toBe(person.email);
  });

  it('types a password, and a recovery code on the next page, whose script lets it pass', async () => {
    const { body } = await tab.evaluate<{ body: AddedPasskey }>(`addPasskey(${JSON.stringify(person.accessToken)})`);
    await go();
    await type('email', person.email);
    await type('password', goodPassword);
    await click('form[action="/v1/oauth/device"] button[value=approve]');
    await reads('Your account asks for more than a password');
    await type('code', body.recoveryCodes[0] ?? '');
    await click('button[value=approve]');
    await reads('Done.');
    expect(await letInBy(device)).toBe(person.email);
  });

  it('is told when no passkey was shown, and may try again', async () => {
    await go();
    await click('form[action$="/passkey"] button');
    await tab.isNobody();
    await click('form[action$="/passkey"] button[value=approve]');
    await reads('No passkey was shown (NotAllowedError)');
    expect(await tab.evaluate('location.pathname')).toBe('/v1/oauth/device/passkey');
  });

  it('signs in by the provider of an organization, and comes back to see the code', async () => {
    const login = `n${person.email.replaceAll(/\W/g, '')}`;
    await openId.account(login, { email: person.email });
    const slug = await organizationOf(person, login);
    await go();
    await eventually(async () => expect(await tab.evaluate('document.forms.length')).toBe(3));
    await tab.evaluate(`void (document.querySelector('[name=organization]').value = ${JSON.stringify(slug)})`);
    await click('form[action$="/providers"] button');
    await click('button[name=provider]');
    await eventually(async () => expect(await tab.evaluate('document.links.length')).toBe(1));
    await tab.evaluate(`void (document.links[0].href += '&login_hint=${login}')`);
    await click('a');
    await reads(`You are ${person.email}, says Company login.`);
    await reads(device.user_code);
    expect(await tab.evaluate('location.pathname + location.search')).toBe('/v1/oauth/device/confirm');
    expect(await tab.evaluate('document.cookie')).toBe('');
    await click('form[action$="/confirm"] button[value=approve]');
    await reads('Done.');
    expect(await letInBy(device)).toBe(person.email);
  });
});
