import type { EgressCounts } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  call,
  echo,
  echoed,
  emptyKong,
  startTestGateway,
  startUpstream,
  type TestGateway,
  type TestUpstream,
  textOf,
} from './harness.js';

describe('app routes', () => {
  let gateway: TestGateway;
  let version = 0;
  const upstreams: TestUpstream[] = [];
  const routes = new Map<string, { id: string; port: number }[]>();

  /** States the whole table with `host` as given. */
  const route = async (host: string, targets: { id: string; port: number }[]) => {
    routes.set(host, targets);
    const listed = [...routes].map(([name, to]) => ({
      host: name,
      upstreams: to.map((target) => ({ ...target, host: '127.0.0.1' })),
    }));
    const answer = await gateway.control('PUT', '/routes', { version: ++version, routes: listed });
    expect(answer.status).toBe(200);
  };

  const app = async (host: string, handle: (request: IncomingMessage, response: ServerResponse) => void = echo) => {
    const upstream = await startUpstream(handle);
    upstreams.push(upstream);
    await route(host, [{ id: `${host}-1`, port: upstream.port }]);
    return upstream;
  };

  const inFlight = async (upstreamId: string) => {
    const answer = await gateway.control('POST', '/drain', { upstreamId, timeoutMilliseconds: 0 });
    return JSON.parse(answer.body).inFlight as number;
  };

  const get = (host: string, path = '/', headers = {}) =>
    sendRequest({ host: '127.0.0.1', port: gateway.port, path, headers: { host, ...headers }, agent: false });

  const opened = async (host: string, path = '/'): Promise<IncomingMessage> => {
    const request = get(host, path);
    request.end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return answer;
  };

  beforeAll(async () => {
    gateway = await startTestGateway(emptyKong);
  });

  afterAll(async () => {
    await gateway.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  it('passes requests through as they are, host and path among them', async () => {
    await app('echo.localhost');
    const path = '/a//b/../%2e/%41?q=%20';
    const answer = await gateway.call({ method: 'PATCH', path, host: 'Echo.LOCALHOST:8080', body: 'hello' });
    expect(echoed(answer)).toMatchObject({ method: 'PATCH', url: path, body: 'hello' });
    expect(echoed(answer).headers).toMatchObject({
      host: 'Echo.LOCALHOST:8080',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'Echo.LOCALHOST:8080',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(gateway.port),
    });
  });

  it('passes status, repeated headers and encoded bodies back untouched', async () => {
    await app('rich.localhost', (_, response) => {
      const headers = ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Content-Encoding', 'gzip', 'X-Case', 'Kept'];
      response.writeHead(207, 'Many Things', headers).end(gzipSync('hello'));
    });
    const request = get('rich.localhost');
    request.end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    expect([answer.statusCode, answer.statusMessage]).toEqual([207, 'Many Things']);
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.rawHeaders).toContain('X-Case');
    expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe('hello');
  });

  it.each([
    ['HEAD', 200, { 'content-length': '5' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"1"' }],
  ])('passes %s with status %d and no body', async (method, status, headers) => {
    const host = `bodiless-${method.toLowerCase()}-${status}.localhost`;
    await app(host, (_, response) => response.writeHead(status, headers).end());
    const answer = await gateway.call({ method, host });
    expect([answer.status, answer.body]).toEqual([status, '']);
    expect(answer.headers).toMatchObject(headers);
  });

  it('leads a domain of a customer to its app while it is in the table, and all other hosts to the API', async () => {
    const host = 'shop.example.com';
    const before = await gateway.call({ path: '/', host });
    expect(before.headers['content-type']).toContain('json');
    await app(host);
    expect(echoed(await gateway.call({ path: '/who', host: 'Shop.example.com:80' }))).toMatchObject({ url: '/who' });
    expect(echoed(await gateway.call({ path: '/full', host: 'shop.example.com.:80' }))).toMatchObject({ url: '/full' });
    expect((await gateway.call({ path: '/', host: 'www.shop.example.com' })).body).toBe(before.body);
    routes.delete(host);
    await app('other.localhost');
    expect((await gateway.call({ path: '/', host })).body).toBe(before.body);
  });

  describe('of one host', () => {
    const host = 'shared.example.com';
    const answered = async (path: string) => {
      const { status, body } = await gateway.call({ host, path });
      return status === 200 ? body : status;
    };
    const state = async (...paths: (string | undefined)[]) => {
      const listed = await Promise.all(
        paths.map(async (path) => {
          const upstream = await startUpstream((_, response) => response.end(path ?? 'the rest'));
          upstreams.push(upstream);
          const to = { id: `shared${path}`, host: '127.0.0.1', port: upstream.port };
          return { host, ...(path && { path }), workloadId: randomUUID(), upstreams: [to] };
        }),
      );
      const table = { version: ++version, routes: listed };
      expect((await gateway.control('PUT', '/routes', table)).status).toBe(200);
      return listed.map(({ workloadId }) => workloadId);
    };

    it('have a request by the longest path, in whole segments, which it keeps', async () => {
      await state(undefined, '/api', '/api/v1');
      expect(await Promise.all(['/', '/apis', '/API', '/?/api', '/x/api'].map(answered))).toEqual(
        Array.from({ length: 5 }, () => 'the rest'),
      );
      expect(await Promise.all(['/api', '/api/', '/api?a=/api/v1', '/api/v11'].map(answered))).toEqual(
        Array.from({ length: 4 }, () => '/api'),
      );
      expect(await Promise.all(['/api/v1', '/api/v1/', '/api/v1/x?y'].map(answered))).toEqual(
        Array.from({ length: 3 }, () => '/api/v1'),
      );
    });

    it('leave the rest of it to nobody, not to the API', async () => {
      await state('/api');
      const answer = await gateway.call({ host, path: '/' });
      expect([answer.status, answer.body]).toEqual([404, `There is no app at this path of ${host}.\n`]);
      expect(await answered('/api/x')).toBe('/api');
    });

    it('are counted each for its own workload', async () => {
      const [whole, api] = await state(undefined, '/api');
      await answered('/');
      await answered('/api/x');
      await eventually(async () => {
        const { items } = JSON.parse((await gateway.control('GET', '/egress')).body) as EgressCounts;
        const bytesOf = (id?: string) => items.find(({ workloadId }) => workloadId === id)?.bytes;
        expect([bytesOf(whole), bytesOf(api)]).toEqual(['the rest'.length, '/api'.length]);
      });
    });

    it('are no table when two have one path', async () => {
      const routes = ['/api', '/api'].map((path) => ({ host, path, upstreams: [] }));
      const { status, body } = await gateway.control('PUT', '/routes', { version: version + 1, routes });
      expect([status, body]).toEqual([400, expect.stringContaining(`${host}/api`)]);
    });
  });

  it('answers 404 in plain text for a host that nobody has', async () => {
    const answer = await gateway.call({ host: 'nobody.localhost:8080' });
    expect([answer.status, answer.body]).toEqual([404, 'There is no app at nobody.localhost.\n']);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('answers 503 with Retry-After when an app has no instance', async () => {
    await route('empty.localhost', []);
    const answer = await gateway.call({ host: 'empty.localhost' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  });

  it('answers 502 when no instance accepts connections or the connection breaks', async () => {
    await route('refusing.localhost', [{ id: 'refusing', port: 1 }]);
    expect((await gateway.call({ host: 'refusing.localhost', method: 'POST', body: 'x' })).status).toBe(502);
    await app('breaking.localhost', (request) => request.socket.destroy());
    expect((await gateway.call({ host: 'breaking.localhost' })).status).toBe(502);
  });

  it('answers 504 when an instance is silent, and counts the request no longer', async () => {
    const appTimeouts = { connectMilliseconds: 1_000, answerMilliseconds: 1_000, streamMilliseconds: 0 };
    const own = await startTestGateway(emptyKong, { appTimeouts });
    const silent = await startUpstream((request) => request.resume());
    const upstream = { id: 'silent', host: '127.0.0.1', port: silent.port };
    await own.control('PUT', '/routes', { version: 1, routes: [{ host: 'silent.localhost', upstreams: [upstream] }] });
    expect((await own.call({ host: 'silent.localhost' })).status).toBe(504);
    const drained = await own.control('POST', '/drain', { upstreamId: 'silent', timeoutMilliseconds: 0 });
    expect(JSON.parse(drained.body)).toEqual({ inFlight: 0 });
    await own.close();
    await silent.close();
  });

  it('routes by the host alone: other hosts are the API', async () => {
    for (const host of ['localhost', '127.0.0.1', 'echo.localhost.evil.test', '[::1]:80']) {
      expect((await gateway.call({ host })).body).toContain('no Route matched');
    }
  });

  it('refuses an absolute request target, which could name another host than the Host header', async () => {
    expect((await gateway.call({ host: 'echo.localhost', path: 'http://other.localhost/' })).status).toBe(400);
    expect((await gateway.call({ host: 'echo.localhost', method: 'OPTIONS', path: '*' })).status).toBe(200);
  });

  it('sends each chunk of an event stream on at once', async () => {
    let response: ServerResponse | undefined;
    await app('events.localhost', (_, given) => {
      response = given;
      given.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    });
    const answer = await opened('events.localhost');
    expect(answer.headers['content-type']).toBe('text/event-stream');
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      response?.write(text);
      const [chunk] = (await once(answer, 'data')) as [Buffer];
      expect(chunk.toString()).toBe(text);
    }
    response?.end();
    await once(answer, 'end');
  });

  it('sends each chunk of an upload on at once, and answers while it goes on', async () => {
    await app('duplex.localhost', (request, response) => {
      request.pipe(response.writeHead(200));
    });
    const request = sendRequest({
      host: '127.0.0.1',
      port: gateway.port,
      method: 'POST',
      headers: { host: 'duplex.localhost', 'transfer-encoding': 'chunked' },
    });
    request.write('one');
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(String((await once(answer, 'data'))[0])).toBe('one');
    request.write('two');
    expect(String((await once(answer, 'data'))[0])).toBe('two');
    request.end();
    await once(answer, 'end');
  });

  it('holds back a fast app for a slow visitor', async () => {
    const total = 64 * 2 ** 20;
    let sent = 0;
    await app('fast.localhost', (_, response) => {
      const push = () => {
        while (sent < total) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', push);
        }
        response.end();
      };
      push();
    });
    const answer = await opened('fast.localhost');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toBeLessThan(total / 2);
    let received = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) received += chunk.length;
    expect(received).toBe(total);
  });

  it('serves 50 streams at once and counts each until it ends', async () => {
    const responses: ServerResponse[] = [];
    await app('many.localhost', (_, response) => {
      responses.push(response);
      response.writeHead(200).write('open');
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => opened('many.localhost')));
    expect(await inFlight('many.localhost-1')).toBe(50);
    for (const response of responses.splice(0, 20)) response.end(' end');
    const first = await Promise.race(answers.map(textOf));
    expect(first).toBe('open end');
    const drained = gateway.control('POST', '/drain', { upstreamId: 'many.localhost-1', timeoutMilliseconds: 5_000 });
    for (const response of responses) response.end(' end');
    expect(JSON.parse((await drained).body)).toEqual({ inFlight: 0 });
  });

  it('ends the request to the app when the visitor leaves, and counts it no longer', async () => {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    await app('left.localhost', (request, response) => {
      request.socket.once('close', () => close());
      response.writeHead(200).write('open');
    });
    const answer = await opened('left.localhost');
    answer.destroy();
    await closed;
    const drained = await gateway.control('POST', '/drain', {
      upstreamId: 'left.localhost-1',
      timeoutMilliseconds: 2_000,
    });
    expect(JSON.parse(drained.body)).toEqual({ inFlight: 0 });
  });

  it('breaks the answer off visibly when the app breaks it off', async () => {
    await app('half.localhost', (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy());
    });
    await expect(gateway.call({ host: 'half.localhost' })).rejects.toThrow(/aborted|hang up|reset/i);
  });

  it('passes on an early refusal of an upload, and the connection serves the next request', async () => {
    await app('early.localhost', (request, response) => {
      if (request.method === 'POST') response.writeHead(413).end('too much');
      else response.end('fine');
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(4 * 2 ** 20);
    const refused = await gateway.call({ method: 'POST', host: 'early.localhost', body, agent });
    expect([refused.status, refused.body]).toEqual([413, 'too much']);
    expect((await gateway.call({ host: 'early.localhost', agent })).body).toBe('fine');
    agent.destroy();
  });

  it('reads an upload to its end although the app that answered never does', async () => {
    const deaf = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', () => {
          socket.pause();
          socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
        });
    });
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    await route('deaf.localhost', [{ id: 'deaf', port: (deaf.address() as AddressInfo).port }]);
    const begun = performance.now();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(16 * 2 ** 20);
    expect((await gateway.call({ method: 'POST', host: 'deaf.localhost', body, agent })).status).toBe(413);
    expect((await gateway.call({ path: '/healthz', agent })).status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(5_000);
    agent.destroy();
    deaf.close();
  });

  it('does not mind an app that sends a body after the headers of a HEAD', async () => {
    const wrong = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'));
    });
    await new Promise<void>((resolve) => wrong.listen(0, '127.0.0.1', resolve));
    await route('wrong.localhost', [{ id: 'wrong', port: (wrong.address() as AddressInfo).port }]);
    expect((await gateway.call({ method: 'HEAD', host: 'wrong.localhost' })).status).toBe(200);
    wrong.close();
  });

  it('reports what still runs when a drain takes too long', async () => {
    await app('held.localhost', (_, response) => response.writeHead(200).write('open'));
    const answer = await opened('held.localhost');
    const drain = { upstreamId: 'held.localhost-1', timeoutMilliseconds: 50 };
    expect(JSON.parse((await gateway.control('POST', '/drain', drain)).body)).toEqual({ inFlight: 1 });
    answer.destroy();
  });

  it('sends each request to the instance with the fewest in flight', async () => {
    const held: ServerResponse[] = [];
    const counts = { a: 0, b: 0, c: 0 };
    const instance = async (name: keyof typeof counts) => {
      const upstream = await startUpstream((request, response) => {
        counts[name]++;
        if (request.url === '/hold') return void held.push(response.writeHead(200));
        response.end(name);
      });
      upstreams.push(upstream);
      return { id: name, port: upstream.port };
    };
    await route('three.localhost', [await instance('a'), await instance('b'), await instance('c')]);
    for (let count = 0; count < 6; count++) await gateway.call({ host: 'three.localhost' });
    expect(counts).toEqual({ a: 2, b: 2, c: 2 });
    get('three.localhost', '/hold')
      .on('error', () => undefined)
      .end();
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const busy = (Object.keys(counts) as (keyof typeof counts)[]).find((name) => counts[name] === 3);
    for (let count = 0; count < 6; count++)
      expect((await gateway.call({ host: 'three.localhost' })).body).not.toBe(busy);
    held[0]?.end();
  });

  it('reaches apps through IPv6 and names as well as addresses', async () => {
    const upstream = await startUpstream((_, response) => response.end('by name'));
    upstreams.push(upstream);
    const named = { id: 'named', host: 'localhost', port: upstream.port };
    const table = { version: ++version, routes: [{ host: 'named.localhost', upstreams: [named] }] };
    await gateway.control('PUT', '/routes', table);
    expect((await call({ port: gateway.port, host: 'named.localhost' })).body).toBe('by name');
  });
});
