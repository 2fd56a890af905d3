import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { CreatedClientSecret, DeviceAuthorization, ServiceAccountView } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { IdentityService, type Person } from './fixtures/identity-service.js';

/** Real time, which a test may move forward. */
class MovedClock extends Clock {
  forward = 0;
  override now(): Date {
    return new Date(Date.now() + this.forward);
  }
}

/** Nobody waits long enough. */
class StoppedClock extends Clock {
  private readonly started = new Date();
  override now(): Date {
    return this.started;
  }
}

const clock = new MovedClock();
let identity: IdentityService;
let owner: Person;
let organizationId: string;
let secret: CreatedClientSecret;
let server: client.Configuration;

/** A foreign implementation of the client's side, which insists on what the RFCs say. */
const discover = (id: string, authentication?: client.ClientAuth) =>
  client.discovery(new URL(identity.service.url), id, undefined, authentication, {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  });

beforeAll(async () => {
  identity = await startReachable();
  owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  organizationId = organization.id;
  secret = await machineOf(owner, organizationId, access);
  server = await discover(secret.clientId, client.ClientSecretBasic(secret.clientSecret));
});
afterAll(() => identity.close());

/** Metadata says where the service is reached, which must be known before it starts. */
async function startReachable(): Promise<IdentityService> {
  // Below those that the system gives to connections: nobody is given it before the service listens.
  const port = await eventually(async () => {
    const wanted = randomInt(10_000, 32_768);
    const probe = createServer().listen(wanted, '127.0.0.1');
    await once(probe, 'listening');
    await new Promise((resolve) => probe.close(resolve));
    return wanted;
  });
  const where = { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, ACCESS_STALE_SECONDS: '1e9' };
  return IdentityService.start(where, [[Clock, clock]]);
}

async function machineOf(person: Person, organization: string, access: string): Promise<CreatedClientSecret> {
  const options = { token: person.accessToken, headers: { 'berth-access': access } };
  const body = { organizationId: organization, name: 'ci', role: 'viewer' };
  const { id } = (await identity.call<ServiceAccountView>('POST', '/v1/service-accounts', { ...options, body })).body;
  const path = `/v1/service-accounts/${id}/secrets`;
  return (await identity.call<CreatedClientSecret>('POST', path, { ...options, body: {} })).body;
}

const form = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const body = new URLSearchParams(fields);
  const response = await fetch(`${identity.service.url}/v1/oauth/${path}`, { method: 'POST', body, headers });
  const text = await response.text();
  return { response, status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
};
const me = async (token: string) => (await identity.call('GET', '/v1/me', { token })).status;

describe('an authorization server', () => {
  it('is found by its metadata', () => {
    expect(server.serverMetadata()).toMatchObject({
      issuer: identity.service.url,
      token_endpoint: `${identity.service.url}/v1/oauth/token`,
      jwks_uri: `${identity.service.url}/.well-known/jwks.json`,
    });
  });

  it.each([
    ['HTTP Basic', () => client.ClientSecretBasic(secret.clientSecret)],
    ['the form', () => client.ClientSecretPost(secret.clientSecret)],
  ])('gives tokens to clients that prove themselves by %s', async (_, authentication) => {
    const configuration = await discover(secret.clientId, authentication());
    const tokens = await client.clientCredentialsGrant(configuration, { scope: 'organizations:read' });
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'organizations:read' });
  });

  it.each([
    ['a wrong secret', () => ({ client_secret: `${secret.clientSecret}x` }), 401, 'invalid_client'],
    ['no secret', () => ({ client_secret: '' }), 401, 'invalid_client'],
    ['a client that is none', () => ({ client_id: 'ci' }), 401, 'invalid_client'],
    ['another client', () => ({ client_id: '0198c0de-0000-7000-8000-000000000000' }), 401, 'invalid_client'],
    ['a scope that allows nothing', () => ({ scope: 'ships:sink' }), 400, 'invalid_scope'],
    ['another grant', () => ({ grant_type: 'password' }), 400, 'unsupported_grant_type'],
    ['no grant', () => ({ grant_type: '' }), 400, 'invalid_request'],
  ])('refuses %s', async (_, changed, status, error) => {
    const { clientId: client_id, clientSecret: client_secret } = secret;
    const answer = await form('token', { grant_type: 'client_credentials', client_id, client_secret, ...changed() });
    expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status, error });
    expect(answer.response.headers.get('content-type')).toContain('application/json');
    expect(answer.response.headers.get('cache-control')).toBe('no-store');
    if (status === 401) expect(answer.response.headers.get('www-authenticate')).toContain('Basic');
  });

  it('takes no field twice, no other kind of body, and forms nowhere else', async () => {
    const send = async (path: string, type: string, body: string) =>
      (await fetch(`${identity.service.url}${path}`, { method: 'POST', body, headers: { 'content-type': type } }))
        .status;
    const forms = 'application/x-www-form-urlencoded';
    expect(await send('/v1/oauth/token', forms, 'grant_type=a&grant_type=b')).toBe(400);
    expect(await send('/v1/oauth/token', forms, 'grant_type=%00')).toBe(400);
    expect(await send('/v1/oauth/token', forms, `grant_type=${'x'.repeat(20_000)}`)).toBe(413);
    expect(await send('/v1/oauth/token', 'text/plain', 'grant_type=a')).toBe(415);
    expect(await send('/v1/auth/login', forms, 'email=a&password=b')).toBe(415);
  });

  it('renews a session by its refresh token, and ends it when the token comes again', async () => {
    const person = await identity.person();
    const configuration = await discover('berth-cli', client.None());
    const tokens = await client.refreshTokenGrant(configuration, person.refreshToken);
    expect(await me(tokens.access_token)).toBe(200);
    await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    await expect(client.refreshTokenGrant(configuration, person.refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await eventually(async () => expect(await me(tokens.access_token)).toBe(401));
  });
});

describe('introspection', () => {
  it('tells a machine what tokens of its organization are worth, and nothing of others', async () => {
    const own = await client.clientCredentialsGrant(server, {});
    expect(await client.tokenIntrospection(server, own.access_token)).toMatchObject({
      active: true,
      sub: secret.clientId,
      client_id: secret.clientId,
      scope: '*',
      iss: 'berth',
      aud: 'berth',
    });
    for (const token of [owner.accessToken, owner.refreshToken])
      expect(await client.tokenIntrospection(server, token)).toMatchObject({ active: true, scope: '*' });
    const stranger = await identity.person();
    for (const token of [stranger.accessToken, stranger.refreshToken, 'x', 'a.b.c', `${owner.accessToken}x`])
      expect(await client.tokenIntrospection(server, token)).toEqual({ active: false });
  });

  it('knows at once of what has ended', async () => {
    const person = await identity.person();
    await identity.join(person, { organizationId, role: 'viewer' }, { token: owner.accessToken });
    const api = { name: 'ci', scopes: ['apps:read'] };
    const made = await identity.call('POST', '/v1/api-tokens', { token: person.accessToken, body: api });
    const apiToken = String(made.body['token']);
    expect(await client.tokenIntrospection(server, apiToken)).toMatchObject({ active: true, scope: 'apps:read' });
    await client.tokenRevocation(server, apiToken);
    await identity.call('POST', '/v1/auth/logout', { token: person.accessToken });
    for (const token of [apiToken, person.accessToken, person.refreshToken])
      expect(await client.tokenIntrospection(server, token)).toEqual({ active: false });
  });

  it('is for machines that prove themselves', async () => {
    expect((await form('introspect', { token: owner.accessToken })).status).toBe(401);
    const headers = { authorization: `Bearer ${owner.accessToken}` };
    expect((await form('introspect', { token: owner.accessToken }, headers)).status).toBe(401);
  });
});

describe('revocation', () => {
  it.each([['accessToken'], ['refreshToken']] as const)('by the %s ends the session', async (which) => {
    const person = await identity.person();
    expect((await form('revoke', { token: person[which] })).status).toBe(200);
    await eventually(async () => expect(await me(person.accessToken)).toBe(401));
    expect((await form('revoke', { token: person[which] })).status).toBe(200);
  });

  it('of what is no token changes nothing, and of what ends by itself is refused', async () => {
    expect((await form('revoke', { token: 'x' })).status).toBe(200);
    expect((await form('revoke', {})).status).toBe(400);
    const { access_token: token } = await client.clientCredentialsGrant(server, {});
    expect(await form('revoke', { token })).toMatchObject({ status: 400, body: { error: 'unsupported_token_type' } });
  });
});

describe('a device without a browser', () => {
  const begin = async () => {
    const configuration = await discover('berth-cli', client.None());
    return { configuration, device: await client.initiateDeviceAuthorization(configuration, {}) };
  };
  const poll = (deviceCode: string) =>
    form('token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode });
  const say = (token: string, userCode: string, decision: string) =>
    identity.call('POST', '/v1/auth/device', { token, body: { userCode, decision } });

  it('is let in by whoever types its code and proves to be somebody, once', async () => {
    const person = await identity.person();
    const { configuration, device } = await begin();
    expect(device.verification_uri_complete).toBe(`${device.verification_uri}?user_code=${device.user_code}`);
    expect((await poll(device.device_code)).body['error']).toBe('authorization_pending');
    expect((await poll(device.device_code)).body['error']).toBe('slow_down');
    const url = new URL(device.verification_uri_complete ?? '');
    const shown = await (await fetch(url)).text();
    expect(shown).toContain(device.user_code);
    const page = (fields: Record<string, string>) =>
      fetch(url, { method: 'POST', body: new URLSearchParams({ user_code: device.user_code, ...fields }) });
    const { email, password } = person;
    const wrong = await page({ email, password: `${password}!`, decision: 'approve' });
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toContain(device.user_code);
    expect((await page({ email, password, decision: 'approve' })).status).toBe(200);
    clock.forward = 0;
    const tokens = await client.pollDeviceAuthorizationGrant(configuration, { ...device, interval: 1 });
    const mine = await identity.call<{ email: string }>('GET', '/v1/me', { token: tokens.access_token });
    expect(mine.body.email).toBe(email);
    expect(tokens.refresh_token).toBeDefined();
    expect((await poll(device.device_code)).body['error']).toBe('invalid_grant');
    expect((await page({ email, password, decision: 'approve' })).status).toBe(422);
  });

  it('is let in from a session of the person', async () => {
    const person = await identity.person();
    const { device } = await begin();
    expect((await say(person.accessToken, device.user_code.toLowerCase(), 'approve')).status).toBe(204);
    expect((await poll(device.device_code)).status).toBe(200);
  });

  it('is not let in any more once the person has signed out everywhere, while one that nobody let in yet waits', async () => {
    const person = await identity.person();
    const [approved, waiting] = [(await begin()).device, (await begin()).device];
    expect((await say(person.accessToken, approved.user_code, 'approve')).status).toBe(204);
    expect((await identity.call('DELETE', '/v1/sessions', { token: person.accessToken })).status).toBe(204);
    expect((await poll(approved.device_code)).body['error']).toBe('invalid_grant');
    expect((await poll(waiting.device_code)).body['error']).toBe('authorization_pending');
  });

  it('is refused, comes too late, or was never known', async () => {
    const person = await identity.person();
    const [refused, late] = [(await begin()).device, (await begin()).device];
    expect((await say(person.accessToken, refused.user_code, 'deny')).status).toBe(204);
    expect((await poll(refused.device_code)).body['error']).toBe('access_denied');
    clock.forward = 601_000;
    expect((await poll(late.device_code)).body['error']).toBe('expired_token');
    clock.forward = 0;
    expect((await poll('x')).body['error']).toBe('invalid_grant');
    expect((await say(person.accessToken, 'BBBB-BBBB', 'approve')).status).toBe(422);
    expect((await say(person.accessToken, refused.user_code, 'approve')).status).toBe(422);
  });

  it('cannot be let in by a session that was left open, nor by guessing', async () => {
    const person = await identity.person();
    const { device } = await begin();
    await identity.database.query(`update session set proven_at = now() - interval '1 hour' where id = $1`, [
      person.sessionId,
    ]);
    expect((await say(person.accessToken, device.user_code, 'approve')).body['code']).toBe('step_up_required');
    const guesser = await identity.person();
    const answers = [];
    for (let guess = 0; guess < 12; guess++)
      answers.push((await say(guesser.accessToken, 'BBBB-BBBB', 'approve')).status);
    expect(answers).toContain(429);
  });

  it('is not found by trying codes on the page, whether it is only looked at or answered', async () => {
    const environment = { ATTEMPTS_PER_ADDRESS: '3', ACCESS_STALE_SECONDS: '1e9' };
    const own = await IdentityService.start(environment, [[Clock, new StoppedClock()]]);
    try {
      const page = `${own.service.url}/v1/oauth/device`;
      const look = (code: string) => fetch(`${page}?user_code=${code}`);
      const body = new URLSearchParams({ client_id: 'berth-cli' });
      const begun = await fetch(`${own.service.url}/v1/oauth/device_authorization`, { method: 'POST', body });
      const { user_code: code } = (await begun.json()) as DeviceAuthorization;
      // Whoever knows a code may look as often as they like.
      for (let time = 0; time < 5; time++)
        expect(await (await look(code)).text()).toContain('asks to act in your name');
      for (const guess of ['BBBBBBBB', 'BBBBBBBC', 'BBBBBBBD']) expect((await look(guess)).status).toBe(200);
      const login = { email: 'nobody@example.com', password: 'not a password', decision: 'approve' };
      const answer = new URLSearchParams({ ...login, user_code: code });
      for (const refused of [await look(code), await fetch(page, { method: 'POST', body: answer })]) {
        expect(refused.status).toBe(429);
        expect(await refused.text()).not.toContain('asks to act in your name');
      }
    } finally {
      await own.close();
    }
  });

  it('is told apart on the page by what it says of itself, which is only ever text', async () => {
    const hostile = { 'user-agent': '<script>alert(1)</script>"\'&' };
    const { body } = await form('device_authorization', { client_id: 'berth-cli' }, hostile);
    const response = await fetch(String(body['verification_uri_complete']));
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('content-type')).toContain('text/html');
    const html = await response.text();
    expect(html).not.toContain('<script');
    expect(html).toContain('&#60;script&#62;');
    const odd = await (await fetch(`${identity.service.url}/v1/oauth/device?user_code=%22%3E%3Cb%3E`)).text();
    expect(odd).not.toContain('<b>');
  });
});
