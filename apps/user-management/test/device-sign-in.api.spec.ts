import { randomUUID } from 'node:crypto';
import type {
  DeviceAuthorization,
  IdentityProviderView,
  SignInFlow,
  TotpSecret,
  TokenResponse,
} from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { TOTP, URI } from 'otpauth';
import { AskingDevice } from './fixtures/asking-device.js';
import { DeviceBrowser } from './fixtures/device-browser.js';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';
import { deviceCallback, OpenIdProvider, redirectUri } from './fixtures/openid-provider.js';

const clock = new MovedClock();
let identity: IdentityService;
let openId: OpenIdProvider;
let tenant: { owner: Person; slug: string; organizationId: string; access: string; provider: IdentityProviderView };
beforeAll(async () => {
  openId = await OpenIdProvider.start();
  const lasting = { ACCESS_STALE_SECONDS: '1e9', ACCESS_TOKEN_SECONDS: '3600' };
  const environment = { PRIVATE_IDENTITY_PROVIDERS: 'true', LOG_LEVEL: 'silent', ...lasting };
  identity = await IdentityService.start(environment, [[Clock, clock]]);
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  const place = { owner, slug: organization.slug, organizationId: organization.id, access };
  tenant = { ...place, provider: await trust(place, openId.issuer) };
});
afterAll(async () => {
  await identity.close();
  await openId.close();
});

async function trust(place: Omit<typeof tenant, 'provider'>, issuer: string): Promise<IdentityProviderView> {
  const { status, body } = await identity.call<IdentityProviderView>('POST', '/v1/identity-providers', {
    token: place.owner.accessToken,
    headers: { 'berth-access': place.access },
    body: {
      organizationId: place.organizationId,
      displayName: 'Company <login>',
      endpoints: { kind: 'oidc', issuer },
      clientId: 'berth',
      clientSecret: 'berth-secret',
    },
  });
  expect(status).toBe(201);
  return body;
}

const post = <Body = Record<string, unknown>>(path: string, body: unknown, token?: string) =>
  identity.call<Body>('POST', path, { body, token });

/** Somebody whose account at the provider is linked with their own. */
async function linked(): Promise<Person & { readonly login: string; readonly identityId: string }> {
  const person = await identity.person();
  const login = `n${randomUUID().replaceAll('-', '')}`;
  await openId.account(login, { email: `${login}@elsewhere.example` });
  const begun = await post<SignInFlow>('/v1/auth/oidc/flows', { providerId: tenant.provider.id, redirectUri });
  const { flowToken, authorizationUrl } = begun.body;
  const query = await openId.browse(authorizationUrl, login);
  expect((await post('/v1/auth/oidc/flows/answer', { flowToken, query })).status).toBe(200);
  const link = await post('/v1/auth/identities', { flowToken, password: goodPassword }, person.accessToken);
  expect(link.status).toBe(201);
  return { ...person, login, identityId: String(link.body['id']) };
}

const asking = new AskingDevice(() => identity.service.url);
const subjectOf = async ({ access_token: token }: TokenResponse) =>
  (await identity.call('GET', '/v1/me', { token })).body['email'];

let device: DeviceAuthorization;
let browser: DeviceBrowser;
beforeEach(async () => {
  device = await asking.begin();
  browser = new DeviceBrowser(() => identity.service.url);
});

/** As far as the provider's own pages. */
async function toProvider(within = browser): Promise<void> {
  await within.get(`?user_code=${device.user_code}`);
  await within.submit('/providers', { organization: tenant.slug });
  await within.submit('/sign-in', { provider: tenant.provider.id });
  expect(within.page.status).toBe(200);
}

/** There and back: the code is shown to who is signed in by now. */
async function signIn(login: string, within = browser) {
  await toProvider(within);
  const query = await openId.browse(within.link, login);
  return within.get(`/callback?${query}`);
}

describe('on the page of a device', () => {
  it('somebody signs in by the provider of an organization, sees the code, and lets in that device alone', async () => {
    const [person, other] = [await linked(), await asking.begin()];
    await browser.get(`?user_code=${device.user_code}`);
    await browser.submit('/providers', { organization: ` ${tenant.slug.toUpperCase()} ` });
    expect(browser.page.html).toContain('Company &#60;login&#62;');
    await browser.submit('/sign-in', { provider: tenant.provider.id });
    expect(browser.page.html).toContain(new URL(openId.issuer).host);
    const asked = new URL(browser.link).searchParams;
    expect(asked.get('redirect_uri')).toBe(deviceCallback);
    expect(asked.get('code_challenge_method')).toBe('S256');
    await browser.get(`/callback?${await openId.browse(browser.link, person.login)}`);
    expect(browser.page).toMatchObject({ status: 200 });
    for (const told of [person.email, device.user_code, 'Company &#60;login&#62;', 'asks to act in your name'])
      expect(browser.page.html).toContain(told);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
    expect(await browser.submit('/confirm', { decision: 'approve' })).toMatchObject({ status: 200 });
    const tokens = await asking.poll(device);
    expect(await subjectOf(tokens)).toBe(person.email);
    expect(decodeJwt(tokens.access_token)['mfa'] ?? false).toBe(false);
    expect((await asking.poll(other)).error).toBe('authorization_pending');
  });

  it('somebody refuses a device that they did not start', async () => {
    const person = await linked();
    await signIn(person.login);
    expect((await browser.submit('/confirm', { decision: 'deny' })).status).toBe(200);
    expect((await asking.poll(device)).error).toBe('access_denied');
  });

  it('somebody with a second factor is asked for it after the provider, too, and the device is as trusted', async () => {
    const person = await linked();
    const { body } = await post<TotpSecret>('/v1/auth/totp', { password: goodPassword }, person.accessToken);
    const code = () => (URI.parse(body.uri) as TOTP).generate({ timestamp: clock.now().getTime() });
    expect((await post('/v1/auth/totp/confirm', { code: code() }, person.accessToken)).status).toBe(200);
    await signIn(person.login);
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(401);
    const wrong = await browser.submit('/confirm', { decision: 'approve', code: '000000' });
    expect(wrong.status).toBe(401);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
    clock.forward(30_000);
    expect((await browser.submit('/confirm', { decision: 'approve', code: code() })).status).toBe(200);
    expect(decodeJwt((await asking.poll(device)).access_token)['mfa']).toBe(true);
  });

  it('nobody gets in whose account at the provider is not linked, and the page tells them', async () => {
    await openId.account('stranger', { email: tenant.owner.email, email_verified: true });
    const page = await signIn('stranger');
    expect(page.status).toBe(409);
    expect(page.html).toContain(device.user_code);
    expect(page.html).not.toContain('action="/v1/oauth/device/confirm"');
    expect(browser.cookies.size).toBe(0);
  });

  it('nobody gets in whose account was unlinked before they said yes', async () => {
    const person = await linked();
    await signIn(person.login);
    const unlinked = await identity.call('DELETE', `/v1/auth/identities/${person.identityId}`, {
      token: person.accessToken,
    });
    expect(unlinked.status).toBe(204);
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(409);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
  });

  it('nobody whom an administrator has suspended gets in, by the provider or by the password', async () => {
    const person = await linked();
    await signIn(person.login);
    await identity.database.query(`update app_user set state = 'suspended' where email = $1`, [person.email]);
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(403);
    const { email, password } = person;
    const byPassword = await browser.post('', { user_code: device.user_code, email, password, decision: 'approve' });
    expect(byPassword.status).toBe(403);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
  });

  it('nobody who is made an administrator of the platform gets in by an organization', async () => {
    const person = await linked();
    await signIn(person.login);
    await identity.database.query('update app_user set administrator = true where email = $1', [person.email]);
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(403);
    expect((await asking.poll(device)).error).toBe('authorization_pending');
  });
});

describe('a sign-in to answer a device', () => {
  it('is kept by a cookie that no script reads and no other site sends along', async () => {
    await toProvider();
    expect(browser.lastCookie).toMatch(/^berth-device=[\w-]{43}\.[A-Z]{4}-[A-Z]{4}; .*HttpOnly; SameSite=Lax$/);
    expect(browser.page.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(browser.page.headers.get('cache-control')).toBe('no-store');
  });

  it('goes on in the browser alone that began it', async () => {
    const person = await linked();
    await toProvider();
    const query = await openId.browse(browser.link, person.login);
    const other = new DeviceBrowser(() => identity.service.url);
    expect((await other.get(`/callback?${query}`)).status).toBe(422);
    await toProvider(other);
    expect((await other.get(`/callback?${query}`)).status).toBe(422);
    expect((await other.get('/confirm')).status).toBe(422);
    expect((await browser.get(`/callback?${query}`)).status).toBe(200);
  });

  it('answers the code alone that was shown, and only what the page itself sends', async () => {
    const [person, attackers] = [await linked(), await asking.begin()];
    await signIn(person.login);
    const user_code = attackers.user_code;
    expect((await browser.submit('/confirm', { user_code, decision: 'approve' })).status).toBe(422);
    const confirmation = '0'.repeat(64);
    expect((await browser.submit('/confirm', { confirmation, decision: 'approve' })).status).toBe(422);
    const [name = '', value = ''] = [...browser.cookies][0] ?? [];
    browser.cookies.set(name, value.replace(device.user_code, user_code));
    expect((await browser.submit('/confirm', { user_code, decision: 'approve' })).status).toBe(422);
    for (const each of [device, attackers]) expect((await asking.poll(each)).error).toBe('authorization_pending');
  });

  it('ends when the provider refuses, and another can be begun', async () => {
    const person = await linked();
    const refused = await signIn('nobody');
    expect(refused.status).toBe(422);
    expect(refused.html).toContain(device.user_code);
    expect(browser.cookies.size).toBe(0);
    expect((await signIn(person.login)).status).toBe(200);
  });

  it('is good once: going back finds neither the answer of the provider nor the page that asked', async () => {
    const person = await linked();
    await toProvider();
    const query = await openId.browse(browser.link, person.login);
    await browser.get(`/callback?${query}`);
    expect((await browser.get('/confirm')).status).toBe(200);
    const asked = browser.page;
    const [name = '', value = ''] = [...browser.cookies][0] ?? [];
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    const [flowToken] = value.split('.');
    expect((await post('/v1/auth/oidc/flows/login', { flowToken })).status).toBe(422);
    expect((await browser.get('/confirm')).status).toBe(422);
    browser.cookies.set(name, value);
    browser.page = asked;
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(422);
    browser.cookies.set(name, value);
    expect((await browser.get(`/callback?${query}`)).status).toBe(422);
  });
});

describe('for a device that does not wait', () => {
  it.each([['/providers'], ['/sign-in']])('%s leads nowhere', async (path) => {
    const fields = { user_code: 'BBBB-BBBB', organization: tenant.slug, provider: tenant.provider.id };
    const { status } =
      path === '/sign-in'
        ? await browser.post(path, { user_code: fields.user_code, provider: fields.provider })
        : await browser.get(`${path}?${new URLSearchParams(fields)}`);
    expect(status).toBe(422);
    expect(browser.cookies.size).toBe(0);
  });

  it('any more, when somebody has answered it meanwhile, nobody is asked to confirm', async () => {
    const person = await linked();
    const { user_code: userCode } = device;
    await signIn(person.login);
    const asked = browser.page;
    expect((await post('/v1/auth/device', { userCode, decision: 'deny' }, person.accessToken)).status).toBe(204);
    expect((await browser.get('/confirm')).status).toBe(422);
    browser.page = asked;
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(422);
    expect((await asking.poll(device)).error).toBe('access_denied');
  });

  it('any more, because its code has ended, nobody is asked to confirm', async () => {
    const person = await linked();
    await signIn(person.login);
    clock.forward(601_000);
    expect((await browser.submit('/confirm', { decision: 'approve' })).status).toBe(422);
    expect((await asking.poll(device)).error).toBe('expired_token');
  });
});

describe('a person is sent', () => {
  it('to no provider that does not exist, of no organization that has none', async () => {
    const unknown = { user_code: device.user_code, provider: randomUUID() };
    expect((await browser.post('/sign-in', unknown)).status).toBe(404);
    await browser.get(`?user_code=${device.user_code}`);
    expect((await browser.submit('/providers', { organization: 'nobody-has-this-name' })).status).toBe(404);
    expect(browser.page.html).toContain(device.user_code);
  });

  it('to no provider that cannot be reached', async () => {
    const dead = await trust(tenant, 'http://127.0.0.1:9');
    expect((await browser.post('/sign-in', { user_code: device.user_code, provider: dead.id })).status).toBe(409);
  });

  it('nowhere without a look at where that is: no answer redirects to another host', async () => {
    await toProvider();
    expect(browser.page.headers.get('location')).toBeNull();
    const body = new URLSearchParams({ user_code: device.user_code, provider: tenant.provider.id });
    const options = { method: 'POST', body, redirect: 'manual' } as const;
    expect((await fetch(`${identity.service.url}/v1/oauth/device/sign-in`, options)).status).toBe(200);
  });
});
