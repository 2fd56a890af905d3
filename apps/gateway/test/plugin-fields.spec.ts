import { Agent } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  echoed,
  makeKey,
  startTestGateway,
  startUpstream,
  TestClock,
  type TestGateway,
  type TestKey,
  type TestUpstream,
} from './harness.js';

/** A limit of one request a minute for each of those that it tells apart. */
const oncePer = (by: string) => `{ name: rate-limiting, config: { minute: 1, ${by} } }`;
const jwt = (more = '') => `{ name: jwt, config: { key_claim_name: kid${more} } }`;
const secretOf = ({ kid, pem }: TestKey) => `{ key: ${kid}, algorithm: RS256, rsa_public_key: ${JSON.stringify(pem)} }`;

const kongWith = (own: readonly TestKey[], partner: TestKey) => `
_format_version: '3.0'
services:
  - name: projects
    url: http://nobody.invalid
    routes:
      - { name: consumer, paths: [/consumer], plugins: [${jwt()}, ${oncePer('limit_by: consumer')}] }
      - { name: credential, paths: [/credential], plugins: [${jwt()}, ${oncePer('limit_by: credential')}] }
      - { name: header, paths: [/header], plugins: [${oncePer('limit_by: header, header_name: X-Tenant')}] }
      - { name: by-default, paths: [/by-default], plugins: [${oncePer('second: 9')}] }
      - { name: timed, paths: [/timed], plugins: [${jwt(', claims_to_verify: [exp, nbf]')}] }
      - { name: elsewhere, paths: [/elsewhere], plugins: [${jwt(', header_names: [x-token], uri_param_names: [t]')}] }
      - { name: counted, paths: [/counted], plugins: [{ name: correlation-id, config: { echo_downstream: true } }] }
      - { name: asked, paths: [/asked], plugins: [{ name: cors, config: { preflight_continue: true } }] }
      - name: sized
        paths: [/sized]
        plugins: [{ name: request-size-limiting, config: { allowed_payload_size: 9, require_content_length: true } }]
  - name: shared
    url: http://nobody.invalid
    plugins: [${oncePer('limit_by: service')}]
    routes: [{ name: one, paths: [/one] }, { name: other, paths: [/other] }]
consumers:
  - { username: berth, jwt_secrets: [${own.map(secretOf).join(', ')}] }
  - { username: partner, jwt_secrets: [${secretOf(partner)}] }
`;

describe('fields of plugins that our own file does not use', () => {
  const clock = new TestClock('2026-11-21T10:00:10.000Z');
  let upstream: TestUpstream;
  let gateway: TestGateway;
  let [first, second, partner]: TestKey[] = [];

  beforeAll(async () => {
    [first, second, partner] = await Promise.all(['first', 'second', 'partner'].map(makeKey));
    upstream = await startUpstream();
    const upstreams = { projects: upstream.url, shared: upstream.url };
    gateway = await startTestGateway(kongWith([first!, second!], partner!), { upstreams, clock });
  });
  // A new calendar minute: no test spends another's limit.
  beforeEach(() => clock.advance(60_000));
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const bearer = async (key: TestKey | undefined, claims?: Record<string, unknown>) => ({
    authorization: `Bearer ${await key!.token(claims)}`,
  });
  const get = async (path: string, headers: Record<string, string> = {}) =>
    (await gateway.call({ path, headers })).status;
  /** From another address of this machine. */
  const getFromElsewhere = async (path: string) =>
    (await gateway.call({ path, agent: new Agent({ localAddress: '127.0.0.2' }) })).status;

  it('limit by consumer: one count for all of its keys, another for another consumer', async () => {
    expect(await get('/consumer', await bearer(first))).toBe(200);
    expect(await get('/consumer', await bearer(second))).toBe(429);
    expect(await get('/consumer', await bearer(partner))).toBe(200);
  });

  it('limit by credential: a count for each key', async () => {
    for (const key of [first, second]) expect(await get('/credential', await bearer(key))).toBe(200);
    expect(await get('/credential', await bearer(first))).toBe(429);
  });

  it('limit by header: a count for each value, and for each address where there is none', async () => {
    for (const tenant of ['a', 'b']) expect(await get('/header', { 'x-tenant': tenant })).toBe(200);
    expect(await get('/header', { 'x-tenant': 'a' })).toBe(429);
    const unnamed = [await get('/header'), await get('/header'), await getFromElsewhere('/header')];
    expect(unnamed).toEqual([200, 429, 200]);
  });

  it('limit by service: one count for all of its routes', async () => {
    expect([await get('/one'), await getFromElsewhere('/other')]).toEqual([200, 429]);
  });

  it('limit by consumer when nothing is said, which is the address of who shows no token', async () => {
    const seen = [await get('/by-default'), await get('/by-default'), await getFromElsewhere('/by-default')];
    expect(seen).toEqual([200, 429, 200]);
  });

  it('refuse a token before its time, and one that does not tell', async () => {
    const exp = Math.floor(clock.now().getTime() / 1_000) + 600;
    const at = async (claims: Record<string, unknown>) => {
      const { status, body } = await gateway.call({ path: '/timed', headers: await bearer(first, claims) });
      return status === 200 ? status : JSON.parse(body);
    };
    expect(await at({ exp, nbf: exp - 700 })).toBe(200);
    expect(await at({ exp, nbf: exp - 100 })).toEqual({ nbf: 'token not valid yet' });
    expect(await at({ exp })).toEqual({ nbf: 'must be a number' });
  });

  it('look for a token where they say, and nowhere else', async () => {
    const token = await first!.token();
    expect(await get('/elsewhere', { 'x-token': `Bearer ${token}` })).toBe(200);
    expect(await get(`/elsewhere?t=${token}`)).toBe(200);
    expect(await get(`/elsewhere?jwt=${token}`)).toBe(401);
    expect(await get('/elsewhere', { authorization: `Bearer ${token}` })).toBe(401);
  });

  it('number requests where no generator is named', async () => {
    const ids = [await gateway.call({ path: '/counted' }), await gateway.call({ path: '/counted' })].map(
      ({ headers }) => String(headers['kong-request-id']).split('#'),
    );
    expect(ids[0]?.[0]).toBe(ids[1]?.[0]);
    expect(Number(ids[1]?.[1])).toBe(Number(ids[0]?.[1]) + 1);
  });

  it('let a preflight through to the service when told to', async () => {
    const headers = { origin: 'http://a.test', 'access-control-request-method': 'PATCH' };
    expect(echoed(await gateway.call({ method: 'OPTIONS', path: '/asked', headers })).method).toBe('OPTIONS');
  });

  it('ask for the length of a body that comes in chunks', async () => {
    const sent = { method: 'POST', path: '/sized', body: 'hello' };
    expect((await gateway.call({ ...sent, headers: { 'transfer-encoding': 'chunked' } })).status).toBe(411);
    expect((await gateway.call({ ...sent, headers: { 'content-length': '5' } })).status).toBe(200);
  });
});
