import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import {
  call,
  echoed,
  makeKey,
  startTestGateway,
  startUpstream,
  type TestGateway,
  type TestKey,
  type TestUpstream,
} from './harness.js';

const kong = `
_format_version: '3.0'
services:
  - name: projects
    url: http://nobody.invalid:3000
    routes:
      - { name: kept, paths: ['~/v1/projects(/|$)'], strip_path: false }
      - { name: stripped, paths: [/stripped] }
      - { name: own-host, paths: [/own-host], preserve_host: true }
      - name: protected
        paths: [/protected]
        strip_path: false
        plugins: [{ name: jwt, config: { key_claim_name: kid, claims_to_verify: [exp], run_on_preflight: false } }]
  - name: slow
    url: http://nobody.invalid:3000
    read_timeout: 200
    routes: [{ name: slowly, paths: [/slowly] }]
  - name: gone
    url: http://127.0.0.1:1
    routes: [{ name: gone, paths: [/gone] }]
consumers:
  - username: berth
    custom_id: platform
    jwt_secrets: [{ key: known, algorithm: RS256, rsa_public_key: KEY }]
`;

describe('API routes', () => {
  let upstream: TestUpstream;
  let silent: TestUpstream;
  let gateway: TestGateway;
  let key: TestKey;

  beforeAll(async () => {
    key = await makeKey('known');
    upstream = await startUpstream();
    silent = await startUpstream((request) => request.resume());
    gateway = await startTestGateway(kong.replace('KEY', JSON.stringify(key.pem)), {
      upstreams: { projects: upstream.url, slow: silent.url },
    });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
    await silent.close();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'GET'])(
    'passes on a %s without a body as one without a body',
    async (method) => {
      const socket = connect(gateway.port, '127.0.0.1');
      socket.write(`${method} /v1/projects HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      const answer = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
      const { headers } = JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? '') as { headers: Record<string, string> };
      expect(headers['transfer-encoding']).toBeUndefined();
      expect(headers['content-length']).toBe(['GET', 'DELETE'].includes(method) ? undefined : '0');
    },
  );

  it('sends a request on with method, path, query and body', async () => {
    const answer = await gateway.call({ method: 'POST', path: '/v1/projects/a%2Fb?x=%20&y', body: 'hello' });
    expect(echoed(answer)).toMatchObject({ method: 'POST', url: '/v1/projects/a%2Fb?x=%20&y', body: 'hello' });
  });

  it('strips the path or leaves it', async () => {
    expect(echoed(await gateway.call({ path: '/stripped/a?b=c' })).url).toBe('/a?b=c');
    expect(echoed(await gateway.call({ path: '/v1/projects/a' })).url).toBe('/v1/projects/a');
  });

  it('answers 404 as Kong does when no route matches', async () => {
    const answer = await gateway.call({ path: '/v1/projectsX' });
    expect([answer.status, answer.body]).toEqual([404, '{"message":"no Route matched with those values"}']);
  });

  it.each([
    '/v1/projects/../../protected',
    '/v1/projects/%2e%2e/%2E%2E/protected',
    '//protected',
    '/./protected',
    '/%70rotected',
  ])('does not let %s past the plugins of the route that it means', async (path) => {
    expect((await gateway.call({ path })).status).toBe(401);
  });

  it('forwards the path that it matched, so that the service sees no other', async () => {
    expect(echoed(await gateway.call({ path: '/x/../v1//projects/./%41' })).url).toBe('/v1/projects/A');
  });

  it.each(['/v1/projects/a%20b', '/v1/projects/a%0D%0AX:%20y', '/v1/projects/%C3%BC%22', '/v1/projects/%252e%252e'])(
    'forwards %s with its encoding',
    async (path) => {
      expect(echoed(await gateway.call({ path })).url).toBe(path);
    },
  );

  it('refuses an absolute request target', async () => {
    expect((await gateway.call({ path: 'http://elsewhere/v1/projects' })).status).toBe(400);
  });

  it('tells the service who asked and for what, and speaks to it by its own name', async () => {
    const { headers } = echoed(await gateway.call({ path: '/stripped/a', headers: { 'x-forwarded-for': '9.9.9.9' } }));
    expect(headers).toMatchObject({
      host: `127.0.0.1:${upstream.port}`,
      'x-forwarded-for': '9.9.9.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': '127.0.0.1',
      'x-forwarded-port': String(gateway.port),
      'x-forwarded-path': '/stripped/a',
      'x-forwarded-prefix': '/stripped',
      'x-real-ip': '127.0.0.1',
    });
    const kept = echoed(await gateway.call({ path: '/own-host', host: 'api.example.test:99' }));
    expect(kept.headers['host']).toBe('api.example.test:99');
  });

  it('strips identity and forwarding headers that a client made up, in any spelling', async () => {
    const spoofed = {
      'X-Consumer-ID': '1',
      'x-consumer-username': 'root',
      X_Consumer_Username: 'root',
      'X-Consumer-Custom-ID': '1',
      'X-Credential-Identifier': 'k',
      'X-Anonymous-Consumer': 'false',
      'X-Authenticated-Scope': 'all',
      'X-Authenticated-Userid': '1',
      'X-Forwarded-Host': 'evil.test',
      'X-Forwarded-Proto': 'https',
      X_Forwarded_Host: 'evil.test',
      Forwarded: 'for=1.1.1.1',
      'X-Real-IP': '1.1.1.1',
      'X-Consumers': 'kept',
    };
    const { headers } = echoed(await gateway.call({ path: '/v1/projects', headers: spoofed }));
    const suspicious = Object.entries(headers).filter(([name]) =>
      /consumer|credential|authenticated|anonymous/.test(name),
    );
    expect(suspicious).toEqual([['x-consumers', 'kept']]);
    expect(JSON.stringify(headers)).not.toMatch(/evil|1\.1\.1\.1|https|x_/);
  });

  it('says which consumer a token belongs to, whatever the client says', async () => {
    const headers = { authorization: `Bearer ${await key.token()}`, 'x-consumer-username': 'root' };
    const seen = echoed(await gateway.call({ path: '/protected', headers })).headers;
    expect(seen).toMatchObject({
      'x-consumer-username': 'berth',
      'x-consumer-custom-id': 'platform',
      'x-credential-identifier': 'known',
    });
  });

  it('passes no hop-by-hop header, also none that Connection names', async () => {
    const headers = {
      connection: 'close, x-private',
      'x-private': '1',
      te: 'trailers',
      'proxy-connection': 'keep-alive',
    };
    const seen = echoed(await gateway.call({ path: '/v1/projects', headers })).headers;
    for (const name of ['x-private', 'te', 'proxy-connection']) expect(seen).not.toHaveProperty(name);
  });

  it('does not drop the length of a body because Connection names it', async () => {
    const headers = { connection: 'close, content-length, transfer-encoding', 'content-length': '5' };
    const seen = echoed(await gateway.call({ method: 'POST', path: '/v1/projects', headers, body: 'hello' }));
    expect(seen).toMatchObject({ body: 'hello', headers: { 'content-length': '5' } });
  });

  it('hands on that a client asks to upgrade, and what a service answers that does not', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const answer = await gateway.call({ path: '/v1/projects', headers });
    expect(answer.status).toBe(200);
    expect(echoed(answer).headers).toMatchObject({ upgrade: 'websocket' });
  });

  it('answers 504 when a service is silent for its read_timeout, 502 when it does not listen', async () => {
    const late = await gateway.call({ path: '/slowly' });
    expect([late.status, late.body]).toEqual([504, '{"message":"The upstream server is timing out"}']);
    const gone = await gateway.call({ path: '/gone' });
    expect(gone.status).toBe(502);
    expect(JSON.parse(gone.body)).toEqual({ message: 'An invalid response was received from the upstream server' });
  });

  it('follows a service that moves', async () => {
    const moved = await startUpstream((_, response) => response.end('moved'));
    gateway.upstreams({ gone: moved.url });
    expect((await gateway.call({ path: '/gone' })).body).toBe('moved');
    await moved.close();
  });

  it('tells its own health', async () => {
    const answer = await gateway.call({ path: '/healthz' });
    expect([answer.status, answer.body]).toEqual([200, '{"status":"ok"}']);
  });

  it.each([
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['a length that is none', 'Content-Length: +5'],
    ['chunks by another name', 'Transfer-Encoding: xchunked'],
    ['a header in two lines', 'X-A: 1\r\n\tcontinued\r\nContent-Length : 5'],
  ])('refuses a request framed by %s and forwards nothing', async (_, header) => {
    const answer = await raw(gateway.port, `POST /v1/projects HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).not.toContain('"method"');
  });

  it('refuses headers that are too large', async () => {
    expect(await raw(gateway.port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`)).toMatch(/ 431 /);
  });

  it('refuses a request without a host', async () => {
    expect(await raw(gateway.port, `GET /v1/projects HTTP/1.1\r\n\r\n`)).toMatch(/ 400 /);
  });

  it('lets running requests end when it is closed', async () => {
    const slow = await startUpstream((_, response) => setTimeout(() => response.end('done'), 100));
    const own = await startTestGateway(kong.replace('KEY', JSON.stringify(key.pem)), { upstreams: { gone: slow.url } });
    const running = call({ port: own.port, path: '/gone' });
    await new Promise((resolve) => slow.server.once('request', resolve));
    await own.close();
    expect((await running).body).toBe('done');
    await expect(call({ port: own.port, path: '/healthz' })).rejects.toThrow('ECONNREFUSED');
    await slow.close();
  });
});

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.once('error', reject).once('close', () => resolve(answer));
  });
}
