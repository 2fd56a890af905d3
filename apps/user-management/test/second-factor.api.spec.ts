import type {
  DeviceAuthorization,
  RecoveryCodes,
  TokenResponse,
  TotpSecret,
  TotpStatus,
} from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { TOTP, URI } from 'otpauth';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { HeldClock } from './fixtures/held-clock.js';

const clock = new HeldClock();
let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9', ATTEMPTS_PER_ACCOUNT: '8' }, [[Clock, clock]]);
});
afterAll(() => identity.close());

interface Protected extends Person {
  readonly codes: string[];
  /** The authenticator's code of the platform's present. */
  readonly code: () => string;
}

const post = <Body = Record<string, unknown>>(path: string, body: unknown, token?: string) =>
  identity.call<Body>('POST', path, { body, token });
const begin = (token: string, password = goodPassword) => post<TotpSecret>('/v1/auth/totp', { password }, token);
const login = (email: string, code?: string, password = goodPassword) =>
  post('/v1/auth/login', { email, password, ...(code === undefined ? {} : { code }) });
const status = async (token: string) => (await identity.call<TotpStatus>('GET', '/v1/auth/totp', { token })).body;
const codeOf = (uri: string) => () => (URI.parse(uri) as TOTP).generate({ timestamp: clock.now().getTime() });

async function form<Body>(path: string, fields: Record<string, string>, as: 'json' | 'text' = 'json'): Promise<Body> {
  const body = new URLSearchParams(fields);
  const answer = await fetch(`${identity.service.url}/v1/oauth/${path}`, { method: 'POST', body });
  expect(answer.status).toBe(200);
  return (await answer[as]()) as Body;
}

/** Somebody with an authenticator, whose next code is one that was not used yet. */
async function protectedPerson(): Promise<Protected> {
  const person = await identity.person();
  const code = codeOf((await begin(person.accessToken)).body.uri);
  const confirmed = await post<RecoveryCodes>('/v1/auth/totp/confirm', { code: code() }, person.accessToken);
  expect(confirmed.status).toBe(200);
  clock.forward(30_000);
  return { ...person, code, codes: confirmed.body.recoveryCodes };
}

describe('somebody with an authenticator', () => {
  it('is asked for a code after the right password, and told nothing of it after a wrong one', async () => {
    const { email, code, accessToken } = await protectedPerson();
    expect(await login(email)).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });
    expect(await login(email, undefined, 'not the password')).toMatchObject({ body: { code: 'credentials_invalid' } });
    expect(await login(email, code(), 'not the password')).toMatchObject({ body: { code: 'credentials_invalid' } });
    expect((await login(email, code())).status).toBe(200);
    expect(await status(accessToken)).toEqual({ enabled: true, recoveryCodesLeft: 10 });
  });

  it('uses each code once, however many try at the same time', async () => {
    const { email, code } = await protectedPerson();
    const one = code();
    const answers = await Promise.all([1, 2, 3].map(() => login(email, one)));
    expect(answers.map((each) => each.status).sort()).toEqual([200, 401, 401]);
    expect(await login(email, one)).toMatchObject({ status: 401, body: { code: 'second_factor_invalid' } });
    clock.forward(30_000);
    expect((await login(email, code())).status).toBe(200);
  });

  it('passes on to a device that is let in what was shown to let it in', async () => {
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' };
    const letIn = async (fields: Record<string, string>) => {
      const device = await form<DeviceAuthorization>('device_authorization', { client_id: 'berth-cli' });
      const answer = { user_code: device.user_code, decision: 'approve', password: goodPassword, ...fields };
      await form('device', answer, 'text');
      return form<TokenResponse>('token', { ...grant, device_code: device.device_code });
    };
    const hasShownMore = (token: string) => (decodeJwt(token)['mfa'] as boolean | undefined) ?? false;
    const [plain, guarded] = [await identity.person(), await protectedPerson()];
    expect(hasShownMore((await letIn({ email: plain.email })).access_token)).toBe(false);
    const { access_token: token, refresh_token: refresh = '' } = await letIn({
      email: guarded.email,
      code: guarded.code(),
    });
    expect(hasShownMore(token)).toBe(true);
    const renewed = await form<TokenResponse>('token', { grant_type: 'refresh_token', refresh_token: refresh });
    expect(hasShownMore(renewed.access_token)).toBe(true);
  });

  it('gets in with a recovery code when the device is lost, with each of them once', async () => {
    const { email, codes, accessToken } = await protectedPerson();
    const [first = '', second = ''] = codes;
    expect(new Set(codes).size).toBe(10);
    expect((await login(email, first)).status).toBe(200);
    expect((await login(email, first)).status).toBe(401);
    expect((await login(email, second.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    expect((await status(accessToken)).recoveryCodesLeft).toBe(8);
  });

  it('gets new recovery codes, and those from before are worth nothing', async () => {
    const { email, codes, accessToken } = await protectedPerson();
    const renewed = await post<RecoveryCodes>('/v1/auth/recovery-codes', undefined, accessToken);
    const [first = ''] = renewed.body.recoveryCodes;
    expect(renewed.status).toBe(200);
    expect(renewed.headers.get('cache-control')).toBe('no-store');
    expect(new Set([...codes, ...renewed.body.recoveryCodes]).size).toBe(20);
    expect((await login(email, codes[0])).status).toBe(401);
    expect((await login(email, first)).status).toBe(200);
    await eventually(async () =>
      expect((await identity.mailTo(email)).join()).toContain('New recovery codes were made'),
    );
    const stranger = await identity.person();
    expect(await post('/v1/auth/recovery-codes', undefined, stranger.accessToken)).toMatchObject({
      status: 409,
      body: { code: 'second_factor_missing' },
    });
    await identity.database.query(`update session set proven_at = '2000-01-01' where id = $1`, [stranger.sessionId]);
    expect(await post('/v1/auth/recovery-codes', undefined, stranger.accessToken)).toMatchObject({
      body: { code: 'step_up_required' },
    });
  });

  it('is protected from guessing, which is slowed down although the password is right', async () => {
    const { email } = await protectedPerson();
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await login(email, '000000')).status);
    expect(statuses.filter((each) => each === 401).length).toBeLessThanOrEqual(4);
    expect(statuses.at(-1)).toBe(429);
  });

  it('is not let around it by a recovery of the password', async () => {
    const { email, code } = await protectedPerson();
    await post('/v1/auth/recovery', { email });
    const token = await identity.codeFor(email, 2);
    expect((await post('/v1/auth/recovery/complete', { token, password: 'staple battery horse 7' })).status).toBe(204);
    expect(await login(email, undefined, 'staple battery horse 7')).toMatchObject({
      body: { code: 'second_factor_required' },
    });
    expect((await login(email, code(), 'staple battery horse 7')).status).toBe(200);
  });

  it('gives it up with both factors, and with nothing less', async () => {
    const { email, accessToken, code } = await protectedPerson();
    const disable = (password: string, given: string) =>
      post('/v1/auth/totp/disable', { password, code: given }, accessToken);
    expect((await disable('not the password', code())).status).toBe(422);
    expect((await disable(goodPassword, '000000')).status).toBe(401);
    expect((await begin(accessToken)).status).toBe(409);
    expect((await disable(goodPassword, code())).status).toBe(204);
    const { body } = await identity.login(email, goodPassword);
    expect(await status(body.accessToken)).toEqual({ enabled: false, recoveryCodesLeft: 0 });
    const again = { password: goodPassword, code: '000000' };
    expect((await post('/v1/auth/totp/disable', again, body.accessToken)).status).toBe(409);
  });

  it('who gives up the last one is asked to log in again everywhere: nothing says of them any more that they have one', async () => {
    const person = await protectedPerson();
    const { email, accessToken, code } = person;
    const device = await form<DeviceAuthorization>('device_authorization', { client_id: 'berth-cli' });
    const fields = { user_code: device.user_code, decision: 'approve', email, password: goodPassword, code: code() };
    await form('device', fields, 'text');
    clock.forward(30_000);
    const disabled = await post('/v1/auth/totp/disable', { password: goodPassword, code: code() }, accessToken);
    expect(disabled.status).toBe(204);
    await eventually(async () =>
      expect((await identity.call('GET', '/v1/me', { token: accessToken })).status).toBe(401),
    );
    expect((await post('/v1/auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code };
    const { access_token: token } = await form<TokenResponse>('token', grant);
    expect(decodeJwt(token)['mfa']).toBeUndefined();
  });
});

describe('an authenticator', () => {
  it('is asked for nothing before it has proven that it has the secret', async () => {
    const person = await identity.person();
    const token = person.accessToken;
    expect((await post('/v1/auth/totp/confirm', { code: '123456' }, token)).status).toBe(409);
    const first = codeOf((await begin(token)).body.uri);
    expect((await login(person.email)).status).toBe(200);
    const second = codeOf((await begin(token)).body.uri);
    expect(await post('/v1/auth/totp/confirm', { code: first() }, token)).toMatchObject({
      status: 422,
      body: { code: 'totp_code_wrong', errors: [{ pointer: '/code' }] },
    });
    expect((await post('/v1/auth/totp/confirm', { code: second() }, token)).status).toBe(200);
  });

  it('is set up by somebody who knows the password, not by whoever found a device', async () => {
    const { accessToken } = await identity.person();
    expect(await begin(accessToken, 'not the password')).toMatchObject({
      status: 422,
      body: { code: 'current_password_wrong', errors: [{ pointer: '/password' }] },
    });
  });

  it('leaves neither secret nor recovery codes in a row that can be read', async () => {
    const person = await identity.person();
    const { secret, uri } = (await begin(person.accessToken)).body;
    const confirmed = await post<RecoveryCodes>('/v1/auth/totp/confirm', { code: codeOf(uri)() }, person.accessToken);
    const rows = await Promise.all(
      ['totp', 'recovery_code', 'audit_entry'].map((table) =>
        identity.database.query<{ row: string }>(`select row_to_json(t)::text as row from ${table} t`),
      ),
    );
    const text = rows
      .flat()
      .map(({ row }) => row)
      .join('\n');
    expect(text).toContain('users:enable-second-factor');
    for (const hidden of [secret, Buffer.from(secret).toString('hex'), ...confirmed.body.recoveryCodes])
      expect(text).not.toContain(hidden);
  });
});
