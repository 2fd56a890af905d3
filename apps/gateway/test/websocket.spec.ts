import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import {
  emptyKong,
  startTestGateway,
  startUpstream,
  type TestGateway,
  makeKey,
  type TestKey,
  type TestUpstream,
  textOf,
} from './harness.js';

describe('WebSocket', () => {
  let gateway: TestGateway;
  let upstream: TestUpstream;
  let sockets: WebSocketServer;

  beforeEach(async () => {
    gateway = await startTestGateway(emptyKong);
    upstream = await startUpstream((_, response) => response.writeHead(426, { 'x-own': 'yes' }).end('upgrade please'));
    sockets = new WebSocketServer({ noServer: true });
    upstream.server.on('upgrade', (request, socket, head) => {
      if (request.url === '/declined') return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      if (request.url === '/broken') {
        socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nno', () => socket.destroy());
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send(`hello ${request.headers['x-forwarded-for']} ${request.headers['x-consumer-id']}`);
        client.on('message', (data, binary) => client.send(data, { binary }));
      });
    });
    const upstreams = [
      { id: 'refusing', host: '127.0.0.1', port: 1 },
      { id: 'chat', host: '127.0.0.1', port: upstream.port },
    ];
    await gateway.control('PUT', '/routes', { version: 1, routes: [{ host: 'chat.localhost', upstreams }] });
  });

  afterEach(async () => {
    await gateway.close();
    sockets.close();
    await upstream.close();
  });

  const open = (path = '/', host = 'chat.localhost') =>
    new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, { headers: { host, 'x-consumer-id': 'root' } });
  const inFlight = async (timeoutMilliseconds: number) => {
    const answer = await gateway.control('POST', '/drain', { upstreamId: 'chat', timeoutMilliseconds });
    return JSON.parse(answer.body).inFlight as number;
  };

  it('passes messages both ways, text and binary, and tells the app who connects', async () => {
    const client = open();
    expect(String((await once(client, 'message'))[0])).toBe('hello 127.0.0.1 undefined');
    for (const message of ['one', 'x'.repeat(200_000)]) {
      client.send(message);
      expect(String((await once(client, 'message'))[0])).toBe(message);
    }
    client.send(Buffer.from([0, 255, 1]));
    expect((await once(client, 'message'))[0]).toEqual(Buffer.from([0, 255, 1]));
    client.close(4_000, 'done');
    expect(await once(client, 'close')).toEqual([4_000, Buffer.from('done')]);
  });

  it('counts a connection on its instance until it closes, from either side', async () => {
    const first = open();
    const second = open();
    await Promise.all([once(first, 'message'), once(second, 'message')]);
    expect(await inFlight(0)).toBe(2);
    first.close();
    for (const client of sockets.clients) client.close();
    expect(await inFlight(60_000)).toBe(0);
  });

  it('passes on the answer of an app that declines', async () => {
    const [, answer] = await once(open('/declined'), 'unexpected-response');
    expect(answer.statusCode).toBe(403);
    answer.resume();
    expect(await inFlight(60_000)).toBe(0);
  });

  it('breaks the answer off visibly when an app that declines breaks it off', async () => {
    const [, answer] = await once(open('/broken'), 'unexpected-response');
    await expect(textOf(answer)).rejects.toThrow('aborted');
    expect(await inFlight(60_000)).toBe(0);
  });

  it('answers 404 for an unknown host and 502 when no instance accepts', async () => {
    const [, unknown] = await once(open('/', 'nobody.localhost'), 'unexpected-response');
    expect(unknown.statusCode).toBe(404);
    const upstreams = [{ id: 'refusing', host: '127.0.0.1', port: 1 }];
    await gateway.control('PUT', '/routes', { version: 2, routes: [{ host: 'chat.localhost', upstreams }] });
    const [, refused] = await once(open(), 'unexpected-response');
    expect(refused.statusCode).toBe(502);
  });

  it('cuts the other side when one vanishes', async () => {
    const client = open();
    await once(client, 'message');
    const [served] = sockets.clients;
    client.terminate();
    await once(served as WebSocket, 'close');
    expect(await inFlight(60_000)).toBe(0);
  });

  it('cuts the app when the visitor resets the connection', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    const key = Buffer.alloc(16).toString('base64');
    const handshake = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${key}`,
    ];
    socket.write(`GET / HTTP/1.1\r\nHost: chat.localhost\r\n${handshake.join('\r\n')}\r\n\r\n`);
    expect(String((await once(socket, 'data'))[0])).toContain('101 Switching Protocols');
    const [served] = sockets.clients;
    socket.resetAndDestroy();
    await once(served as WebSocket, 'close');
    expect(await inFlight(60_000)).toBe(0);
  });

  it('treats other upgrades as plain requests', async () => {
    const answer = await gateway.call({
      host: 'chat.localhost',
      headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' },
    });
    expect([answer.status, answer.headers['x-own']]).toEqual([426, 'yes']);
  });

  it('survives a client that leaves in the middle of the handshake', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: chat.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.resetAndDestroy();
    expect(await inFlight(60_000)).toBe(0);
    expect((await gateway.call({ path: '/healthz' })).status).toBe(200);
  });

  it('closes open connections when the gateway closes', async () => {
    const client = open();
    await once(client, 'message');
    const closed = once(client, 'close');
    await gateway.close();
    await closed;
    gateway = await startTestGateway(emptyKong);
  });
});

describe('a WebSocket to the API', () => {
  let gateway: TestGateway;
  let upstream: TestUpstream;
  let key: TestKey;
  const sockets = new WebSocketServer({ noServer: true });

  beforeEach(async () => {
    key = await makeKey('known');
    upstream = await startUpstream((_, response) => response.writeHead(426).end());
    upstream.server.on('upgrade', (request, socket, head) => {
      if (request.url?.startsWith('/v1/refused'))
        return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send(`${request.url} ${request.headers['x-consumer-username']}`);
        client.on('message', (data) => client.send(data));
      });
    });
    gateway = await startTestGateway(kongOf(key), { upstreams: { api: upstream.url } });
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  const kongOf = ({ pem }: TestKey) => `_format_version: '3.0'
services:
  - name: api
    url: http://nobody.invalid
    routes: [{ name: api, paths: [/v1], strip_path: false, plugins: [{ name: jwt, config: { key_claim_name: kid } }] }]
consumers:
  - username: berth
    jwt_secrets: [{ key: known, algorithm: RS256, rsa_public_key: ${JSON.stringify(pem)} }]
`;
  const open = async (path: string, token?: string) =>
    new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, {
      headers: { host: 'api.example', ...(token && { authorization: `Bearer ${token}` }) },
    });
  const statusOf = async (client: WebSocket): Promise<number | undefined> => {
    client.on('error', () => undefined); // told by the answer
    const [, answer] = (await once(client, 'unexpected-response')) as [unknown, { statusCode?: number }];
    return answer.statusCode;
  };

  it('passes with a good token, with path and query, and both ways', async () => {
    const client = await open('/v1/workloads/x/exec?command=ls', await key.token());
    expect(String((await once(client, 'message'))[0])).toBe('/v1/workloads/x/exec?command=ls berth');
    client.send('x'.repeat(200_000));
    expect(String((await once(client, 'message'))[0])).toHaveLength(200_000);
    client.close(4_000, 'done');
    expect(await once(client, 'close')).toEqual([4_000, Buffer.from('done')]);
  });

  it('is refused as any other request: without a token, without a route, by a service that is not there', async () => {
    expect(await statusOf(await open('/v1/workloads'))).toBe(401);
    expect(await statusOf(await open('/elsewhere', await key.token()))).toBe(404);
    gateway.upstreams({ api: 'http://127.0.0.1:1' });
    expect(await statusOf(await open('/v1/workloads', await key.token()))).toBe(502);
  });

  it('that the service refuses is answered with what it says', async () =>
    expect(await statusOf(await open('/v1/refused', await key.token()))).toBe(403));
});
