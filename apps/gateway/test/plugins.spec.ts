import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import {
  echo,
  echoed,
  makeKey,
  startTestGateway,
  startUpstream,
  TestClock,
  type TestGateway,
  type TestKey,
  type TestUpstream,
} from './harness.js';

const kongWith = (key: TestKey) => `
_format_version: '3.0'
plugins:
  - { name: correlation-id, config: { header_name: X-Correlation-Id, generator: uuid, echo_downstream: true } }
  - name: cors
    config:
      origins: ['https?://localhost(:[0-9]+)?', 'https://console.example.test']
      headers: [Authorization, If-Match]
      exposed_headers: [Location, ETag]
      max_age: 3600
services:
  - name: projects
    url: http://nobody.invalid
    routes:
      - name: projects
        paths: [/projects]
        plugins:
          - { name: jwt, config: { key_claim_name: kid, claims_to_verify: [exp], run_on_preflight: false } }
          - { name: request-size-limiting, config: { allowed_payload_size: 1, size_unit: kilobytes } }
          - { name: rate-limiting, config: { minute: 3, limit_by: ip } }
      - name: strict
        paths: [/strict]
        plugins: [{ name: jwt, config: { key_claim_name: kid } }]
      - name: sized
        paths: [/sized]
        plugins: [{ name: request-size-limiting, config: { allowed_payload_size: 1, size_unit: kilobytes } }]
consumers:
  - username: berth
    jwt_secrets: [{ key: known, algorithm: RS256, rsa_public_key: ${JSON.stringify(key.pem)} }]
`;

describe('plugins', () => {
  let upstream: TestUpstream;
  let gateway: TestGateway;
  let key: TestKey;
  let other: TestKey;
  let requests = 0;
  const clock = new TestClock('2026-11-21T10:00:10.000Z');
  const inAnHour = () => Math.floor(clock.now().getTime() / 1_000) + 3_600;
  const bearer = async (
    claims: Record<string, unknown> = { exp: inAnHour() },
    by = key,
    header = { kid: 'known' },
  ) => ({
    authorization: `Bearer ${await by.token(claims, header)}`,
  });

  beforeAll(async () => {
    [key, other] = await Promise.all([makeKey('known'), makeKey('other')]);
    upstream = await startUpstream((request, response) => {
      if (request.url !== '/outspoken') return echo(request, response);
      const headers = { 'Access-Control-Allow-Origin': '*', Vary: 'Accept', 'X-Correlation-ID': 'theirs' };
      response.writeHead(200, headers).end();
    });
    upstream.server.on('request', () => requests++);
    gateway = await startTestGateway(kongWith(key), { upstreams: { projects: upstream.url }, clock });
  });

  // A new calendar minute: no test spends another's limit.
  beforeEach(() => clock.advance(60_000));

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  describe('jwt', () => {
    const refused = async (headers: Record<string, string>, path = '/projects') => {
      const before = requests;
      const answer = await gateway.call({ path, headers });
      expect(requests).toBe(before);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      return [answer.status, JSON.parse(answer.body)];
    };

    it('lets a good token pass, also as ?jwt=', async () => {
      const { authorization } = await bearer();
      expect((await gateway.call({ path: '/projects', headers: { authorization } })).status).toBe(200);
      expect((await gateway.call({ path: `/projects?jwt=${authorization.slice(7)}` })).status).toBe(200);
    });

    it('refuses a request without a token', async () => {
      expect(await refused({})).toEqual([401, { message: 'Unauthorized' }]);
      expect(await refused({ authorization: 'Basic YTpi' })).toEqual([401, { message: 'Unauthorized' }]);
    });

    it('refuses a token signed by another key under a known kid', async () => {
      expect(await refused(await bearer(undefined, other))).toEqual([401, { message: 'Invalid signature' }]);
    });

    it('refuses a token of an unknown kid, and one of no kid', async () => {
      const unknown = await refused(await bearer(undefined, other, { kid: 'other' }));
      expect(unknown).toEqual([401, { message: "No credentials found for given 'kid'" }]);
      const none = await refused({ authorization: `Bearer ${await key.token({ exp: inAnHour() }, {})}` });
      expect(none).toEqual([401, { message: "No mandatory 'kid' in claims" }]);
    });

    it('takes kid from the claims before the header, as Kong does', async () => {
      const headers = await bearer({ exp: inAnHour(), kid: 'other' });
      expect(await refused(headers)).toEqual([401, { message: "No credentials found for given 'kid'" }]);
    });

    it('refuses an expired token and one without exp', async () => {
      expect(await refused(await bearer({ exp: inAnHour() - 3_600 }))).toEqual([401, { exp: 'token expired' }]);
      expect(await refused(await bearer({}))).toEqual([401, { exp: 'must be a number' }]);
    });

    it('refuses other algorithms, none among them', async () => {
      const secret = new TextEncoder().encode(key.pem);
      const symmetric = new SignJWT({ exp: inAnHour() }).setProtectedHeader({ alg: 'HS256', kid: 'known' });
      expect(await refused({ authorization: `Bearer ${await symmetric.sign(secret)}` })).toEqual([
        401,
        { message: 'Invalid algorithm' },
      ]);
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const unsigned = `${encode({ alg: 'none', kid: 'known' })}.${encode({ exp: inAnHour() })}.`;
      expect(await refused({ authorization: `Bearer ${unsigned}` })).toEqual([401, { message: 'Invalid algorithm' }]);
    });

    it('refuses what is no token, and two tokens', async () => {
      expect(await refused({ authorization: 'Bearer a.b.c' })).toEqual([401, { message: 'Bad token; invalid JSON' }]);
      expect(await refused({}, '/projects?jwt=a&jwt=b')).toEqual([401, { message: 'Multiple tokens provided' }]);
    });
  });

  describe('cors', () => {
    const preflight = { origin: 'http://localhost:5173', 'access-control-request-method': 'PATCH' };

    it('answers a preflight without a token and without asking the service', async () => {
      const before = requests;
      const answer = await gateway.call({ method: 'OPTIONS', path: '/projects', headers: preflight });
      expect([answer.status, answer.body, requests]).toEqual([200, '', before]);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'http://localhost:5173',
        'access-control-allow-headers': 'Authorization,If-Match',
        'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT',
        'access-control-max-age': '3600',
        vary: 'Origin',
      });
    });

    it('lets any OPTIONS pass jwt when run_on_preflight is false', async () => {
      expect((await gateway.call({ method: 'OPTIONS', path: '/projects' })).status).toBe(200);
    });

    it('asks for a token with OPTIONS too, by default', async () => {
      expect((await gateway.call({ method: 'OPTIONS', path: '/strict' })).status).toBe(401);
    });

    it('has the last word over the headers of the service, but adds to Vary', async () => {
      const headers = { origin: 'http://localhost:1', 'x-correlation-id': 'ours' };
      const answer = await gateway.call({ path: '/sized/outspoken', headers });
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'http://localhost:1',
        'x-correlation-id': 'ours',
        vary: 'Accept, Origin',
      });
    });

    it('marks answers for allowed origins, refusals among them', async () => {
      const headers = { origin: 'https://console.example.test' };
      const refusal = await gateway.call({ path: '/projects', headers });
      expect(refusal.status).toBe(401);
      expect(refusal.headers).toMatchObject({
        'access-control-allow-origin': 'https://console.example.test',
        'access-control-expose-headers': 'Location,ETag',
      });
    });

    it.each(['http://evil.test', 'http://localhost.evil.test', 'http://evillocalhost', 'null'])(
      'does not allow %s',
      async (origin) => {
        const answer = await gateway.call({ path: '/projects', headers: { origin, ...(await bearer()) } });
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      },
    );

    it('says nothing to requests without an origin', async () => {
      const answer = await gateway.call({ path: '/projects', headers: await bearer() });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });
  });

  describe('correlation-id', () => {
    it("keeps the client's id for the service and echoes it", async () => {
      const headers = { 'x-correlation-id': 'abc', ...(await bearer()) };
      const answer = await gateway.call({ path: '/projects', headers });
      expect(answer.headers['x-correlation-id']).toBe('abc');
      expect(echoed(answer).headers['x-correlation-id']).toBe('abc');
    });

    it('makes one for requests without, the same for both sides, also for refusals', async () => {
      const answer = await gateway.call({ path: '/projects', headers: await bearer() });
      expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(echoed(answer).headers['x-correlation-id']).toBe(answer.headers['x-correlation-id']);
      expect((await gateway.call({ path: '/projects' })).headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('request-size-limiting', () => {
    const post = (body: string | AsyncIterable<Buffer>, headers = {}) =>
      gateway.call({ method: 'POST', path: '/sized', body, headers });

    it('lets a body of exactly the limit pass', async () => {
      expect(echoed(await post('a'.repeat(1_024))).body).toHaveLength(1_024);
    });

    it('refuses a longer one before the service hears of it', async () => {
      const before = requests;
      const answer = await post('a'.repeat(1_025));
      expect([answer.status, answer.body]).toEqual([413, '{"message":"Request size limit exceeded"}']);
      expect(requests).toBe(before);
    });

    it('cuts off a chunked body that grows beyond it', async () => {
      const chunks = async function* () {
        for (let count = 0; count < 50; count++) yield Buffer.alloc(100);
        await Promise.resolve();
      };
      expect((await post(chunks(), { 'transfer-encoding': 'chunked' })).status).toBe(413);
    });

    it('answers 417 when the client asked first', async () => {
      const answer = await post('', { 'content-length': '2000', expect: '100-continue' });
      expect([answer.status, answer.headers.connection]).toEqual([417, 'close']);
    });

    it('lets the client go on after 100-continue when the size is fine', async () => {
      const answer = await post('hello', { 'content-length': '5', expect: '100-continue' });
      expect(echoed(answer).body).toBe('hello');
    });
  });

  describe('rate-limiting', () => {
    it('counts down in calendar minutes and refuses what is beyond', async () => {
      const headers = await bearer();
      const get = () => gateway.call({ path: '/projects', headers });
      const first = await get();
      expect(first.headers).toMatchObject({
        'x-ratelimit-limit-minute': '3',
        'x-ratelimit-remaining-minute': '2',
        'ratelimit-limit': '3',
        'ratelimit-remaining': '2',
        'ratelimit-reset': '50',
      });
      await get();
      expect((await get()).headers['ratelimit-remaining']).toBe('0');
      const refusal = await get();
      expect([refusal.status, refusal.body]).toEqual([429, '{"message":"API rate limit exceeded"}']);
      expect(refusal.headers).toMatchObject({
        'retry-after': '50',
        'ratelimit-remaining': '0',
        'ratelimit-reset': '50',
      });
      clock.advance(50_000);
      expect((await get()).status).toBe(200);
      clock.advance(10_000);
    });

    it('does not count what jwt or the size limit refused: they come first', async () => {
      const headers = await bearer();
      for (let count = 0; count < 5; count++) {
        expect((await gateway.call({ path: '/projects' })).status).toBe(401);
        const large = await gateway.call({ method: 'POST', path: '/projects', headers, body: 'a'.repeat(2_000) });
        expect(large.status).toBe(413);
      }
      expect((await gateway.call({ path: '/projects', headers })).headers['ratelimit-remaining']).toBe('2');
    });

    it('goes on counting when the configuration is replaced', async () => {
      const headers = await bearer();
      await gateway.call({ path: '/projects', headers });
      expect((await gateway.control('POST', '/config', kongWith(key))).status).toBe(201);
      expect((await gateway.call({ path: '/projects', headers })).headers['ratelimit-remaining']).toBe('1');
    });
  });
});
