import type { AddedPasskey, Passkey, PasskeyOptions, RecoveryCodes, TotpSecret } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOTP, URI } from 'otpauth';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';
import { type AuthenticatorOptions, SoftwareAuthenticator } from './fixtures/software-authenticator.js';

const clock = new MovedClock();
let identity: IdentityService;
beforeAll(async () => {
  const environment = {
    ACCESS_STALE_SECONDS: '1e9',
    PASSKEY_ORIGINS: 'http://localhost:4000',
    ACCESS_TOKEN_SECONDS: '3600',
  };
  identity = await IdentityService.start(environment, [[Clock, clock]]);
});
afterAll(() => identity.close());

const post = <Body = Record<string, unknown>>(path: string, body: unknown, token?: string) =>
  identity.call<Body>('POST', path, { body, token });
const options = async (token: string) =>
  (await post<PasskeyOptions>('/v1/auth/passkeys/options', undefined, token)).body;
const challenge = async () => (await post<PasskeyOptions>('/v1/auth/passkeys/challenge', undefined)).body;
const login = (email: string, extra: object = {}) =>
  post('/v1/auth/login', { email, password: goodPassword, ...extra });
const loginWithout = (passkey: unknown) => post('/v1/auth/passkeys/login', { passkey });

async function add(token: string, authenticator = new SoftwareAuthenticator()) {
  const credential = authenticator.create(await options(token));
  return post<AddedPasskey>('/v1/auth/passkeys', { name: 'Phone', credential }, token);
}

interface Holder extends Person {
  readonly device: SoftwareAuthenticator;
  readonly added: AddedPasskey;
}

async function holder(settings: AuthenticatorOptions = {}): Promise<Holder> {
  const person = await identity.person();
  const device = new SoftwareAuthenticator(settings);
  const added = await add(person.accessToken, device);
  expect(added.status).toBe(201);
  return { ...person, device, added: added.body };
}

describe('somebody with a passkey', () => {
  it('is asked for it after the right password, and gets in with it', async () => {
    const { email, device } = await holder();
    expect(await login(email)).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });
    expect((await login(email, { passkey: device.show(await challenge()) })).status).toBe(200);
  });

  it('gets in with it alone when its device asked for a finger or a PIN, and only then', async () => {
    const [careful, careless] = [await holder(), await holder({ verifies: false })];
    expect((await loginWithout(careful.device.show(await challenge()))).status).toBe(200);
    expect(await loginWithout(careless.device.show(await challenge()))).toMatchObject({
      status: 401,
      body: { code: 'passkey_login_refused' },
    });
    expect((await login(careless.email, { passkey: careless.device.show(await challenge()) })).status).toBe(200);
  });

  it('got recovery codes with it, which are good once, and is told of each change and use', async () => {
    const { email, added, accessToken } = await holder();
    const [code = ''] = added.recoveryCodes;
    expect(added.recoveryCodes).toHaveLength(10);
    expect((await add(accessToken)).body.recoveryCodes).toEqual([]);
    expect((await login(email, { code })).status).toBe(200);
    expect((await login(email, { code })).status).toBe(401);
    await eventually(async () => {
      const mails = (await identity.mailTo(email)).join('\n');
      for (const said of ['A passkey was added', 'with one of its recovery codes']) expect(mails).toContain(said);
    });
  });

  it('calls it something else, which nobody else can, and the audit trail says only that', async () => {
    const [mine, other] = [await holder(), await identity.person()];
    const path = `/v1/auth/passkeys/${mine.added.id}`;
    const rename = (token: string, body: object) => identity.call<Passkey>('PUT', path, { body, token });
    expect(await rename(other.accessToken, { name: 'Mine' })).toMatchObject({ status: 404 });
    expect(await rename(mine.accessToken, { name: ' ' })).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '/name' }] } },
    });
    const { recoveryCodes, ...before } = mine.added;
    expect(recoveryCodes).toHaveLength(10);
    expect(await rename(mine.accessToken, { name: 'Desk' })).toMatchObject({
      ...{ status: 200, body: { ...before, name: 'Desk' } },
    });
    const listed = await identity.call<{ items: Passkey[] }>('GET', '/v1/auth/passkeys', { token: mine.accessToken });
    expect(listed.body.items).toEqual([{ ...before, name: 'Desk' }]);
    const entries = await identity.database.query(
      "select target, detail - 'request' as detail from audit_entry where action = 'users:rename-passkey' order by sequence",
    );
    expect(entries).toEqual([{ target: { kind: 'passkey', id: before.id }, detail: {} }]);
  });

  it('gives it up, and is not asked any more; codes of nothing are forgotten', async () => {
    const { email, added, ...holding } = await holder();
    let { accessToken } = holding;
    const list = async () =>
      (await identity.call<{ items: Passkey[] }>('GET', '/v1/auth/passkeys', { token: accessToken })).body.items;
    expect(await list()).toMatchObject([{ id: added.id, name: 'Phone', lastUsedAt: null }]);
    const remove = () => identity.call('DELETE', `/v1/auth/passkeys/${added.id}`, { token: accessToken });
    expect((await remove()).status).toBe(204);
    // It was the last factor: all sessions have ended.
    expect(await remove()).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
    ({ accessToken } = (await identity.login(email, goodPassword)).body);
    expect((await remove()).status).toBe(404);
    expect(await list()).toEqual([]);
    const left = await identity.database.query(
      'select from recovery_code join app_user on id = user_id where email = $1',
      [email],
    );
    expect(left).toEqual([]);
  });

  it('keeps recovery codes as long as an authenticator is left, and the other way round', async () => {
    const { email, added, accessToken } = await holder();
    const { uri } = (await post<TotpSecret>('/v1/auth/totp', { password: goodPassword }, accessToken)).body;
    const code = () => (URI.parse(uri) as TOTP).generate({ timestamp: clock.now().getTime() });
    const confirmed = await post<RecoveryCodes>('/v1/auth/totp/confirm', { code: code() }, accessToken);
    expect(confirmed.body.recoveryCodes).toEqual([]);
    await identity.call('DELETE', `/v1/auth/passkeys/${added.id}`, { token: accessToken });
    expect((await login(email, { code: added.recoveryCodes[0] })).status).toBe(200);
    clock.forward(30_000);
    expect((await login(email, { code: code() })).status).toBe(200);
  });
});

describe('what is shown instead of a passkey', () => {
  it.each<[string, AuthenticatorOptions]>([
    ['from another page', { origin: 'https://evil.example' }],
    ['for another domain', { domain: 'evil.example' }],
  ])('%s is refused, when it is made and when it is used', async (_, settings) => {
    const person = await identity.person();
    expect(await add(person.accessToken, new SoftwareAuthenticator(settings))).toMatchObject({
      status: 422,
      body: { code: 'passkey_refused', errors: [{ pointer: '/credential' }] },
    });
    const { email, device } = await holder();
    expect((await login(email, { passkey: device.through(settings).show(await challenge()) })).status).toBe(401);
  });

  it('is good once, however many try at the same time, and not for long', async () => {
    const { email, device } = await holder();
    const passkey = device.show(await challenge());
    const answers = await Promise.all([1, 2, 3].map(() => login(email, { passkey })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    const late = device.show(await challenge());
    clock.forward(6 * 60_000);
    expect((await loginWithout(late)).status).toBe(401);
  });

  it('is of no use for somebody else, nor signed for a challenge that nobody gave', async () => {
    const [one, other] = [await holder(), await holder()];
    expect((await login(one.email, { passkey: other.device.show(await challenge()) })).status).toBe(401);
    expect((await loginWithout(one.device.show({ challenge: 'made-up' }))).status).toBe(401);
    expect((await loginWithout(new SoftwareAuthenticator().show(await challenge()))).status).toBe(401);
  });

  it('of a copied device is refused once the original has gone on', async () => {
    const { device } = await holder();
    expect((await loginWithout(device.show(await challenge()))).status).toBe(200);
    expect((await loginWithout(device.show(await challenge()))).status).toBe(200);
    device.counter = 0;
    expect((await loginWithout(device.show(await challenge()))).status).toBe(401);
  });

  it('was made for the person who asked, by a device that is not known yet', async () => {
    const [one, other] = [await identity.person(), await identity.person()];
    const device = new SoftwareAuthenticator();
    const credential = device.create(await options(one.accessToken));
    const body = { name: 'Phone', credential };
    expect((await post('/v1/auth/passkeys', body, other.accessToken)).status).toBe(422);
    expect((await post('/v1/auth/passkeys', body, one.accessToken)).status).toBe(201);
    expect((await post('/v1/auth/passkeys', body, one.accessToken)).status).toBe(422);
    expect(await add(other.accessToken, device)).toMatchObject({ status: 409, body: { code: 'passkey_exists' } });
  });
});

describe('what is dangerous', () => {
  const dangerous = (token: string) => post('/v1/auth/passkeys/options', undefined, token);
  const stepUp = (body: object, token: string) => post('/v1/auth/step-up', body, token);

  it('takes a proof of the person that is not old, by the password or by a passkey', async () => {
    const { accessToken, device } = await holder();
    expect((await dangerous(accessToken)).status).toBe(200);
    clock.forward(16 * 60_000);
    expect(await dangerous(accessToken)).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
    expect((await stepUp({ passkey: device.show(await challenge()) }, accessToken)).status).toBe(200);
    expect((await dangerous(accessToken)).status).toBe(200);
    clock.forward(16 * 60_000);
    const both = { password: goodPassword, passkey: device.show(await challenge()) };
    expect((await stepUp(both, accessToken)).status).toBe(200);
    expect((await dangerous(accessToken)).status).toBe(200);
  });

  it('is not unlocked by less', async () => {
    const [one, other] = [await holder(), await holder()];
    clock.forward(16 * 60_000);
    const show = async (of: Holder) => of.device.show(await challenge());
    expect(await stepUp({ password: 'not the password' }, one.accessToken)).toMatchObject({ status: 422 });
    expect(await stepUp({ password: goodPassword }, one.accessToken)).toMatchObject({
      status: 401,
      body: { code: 'second_factor_required' },
    });
    expect(await stepUp({ passkey: await show(other) }, one.accessToken)).toMatchObject({
      status: 422,
      body: { code: 'step_up_refused' },
    });
    expect((await stepUp({}, one.accessToken)).status).toBe(422);
    expect((await dangerous(one.accessToken)).status).toBe(403);
  });

  it('is not for API tokens, even those that may do everything', async () => {
    const { accessToken } = await identity.person();
    const made = await post('/v1/api-tokens', { name: 'ci', scopes: ['*'] }, accessToken);
    const { body } = await post('/v1/auth/token', { apiToken: made.body['token'] });
    const token = String(body['accessToken']);
    expect(await dangerous(token)).toMatchObject({ status: 403 });
    expect((await stepUp({ password: goodPassword }, token)).status).toBeGreaterThanOrEqual(400);
  });
});
