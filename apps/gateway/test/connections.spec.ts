import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  call,
  emptyKong,
  gatewayOptions,
  startTestGateway,
  startUpstream,
  TestClock,
  type TestGateway,
  type TestUpstream,
} from './harness.js';

describe('connections', () => {
  const clock = new TestClock('2026-11-21T10:00:00Z');
  let gateway: TestGateway;
  let upstream: TestUpstream;

  beforeEach(async () => {
    gateway = await startTestGateway(emptyKong, { clock });
    upstream = await startUpstream((request, response) => {
      if (request.url !== '/slow') return void response.end('ok');
      setTimeout(() => response.write('a'), 1_700);
      setTimeout(() => response.end('b'), 3_400);
    });
    upstream.server.keepAliveTimeout = 60_000;
    const upstreams = [{ id: 'app', host: '127.0.0.1', port: upstream.port }];
    await gateway.control('PUT', '/routes', { version: 1, routes: [{ host: 'app.localhost', upstreams }] });
  });

  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  it('keeps a connection to an app for the next request, but not so long that the app may be closing it', async () => {
    const connections: Socket[] = [];
    upstream.server.on('connection', (socket) => connections.push(socket));
    for (let count = 0; count < 3; count++) await gateway.call({ host: 'app.localhost' });
    expect(connections).toHaveLength(1);
    // A machine that stands still for a second closes late once: then it is asked again.
    await eventually(async () => {
      await gateway.call({ host: 'app.localhost' });
      const begun = performance.now();
      await once(connections.at(-1) as Socket, 'close');
      expect(performance.now() - begun).toBeLessThan(4_500); // Node closes an idle connection after 5 s
    });
  });

  it('does not take silence within an answer for an idle connection', async () => {
    expect((await gateway.call({ host: 'app.localhost', path: '/slow' })).body).toBe('ab');
  });

  it('cuts a client that goes on sending long after it was answered', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    expect(String((await once(socket, 'data'))[0])).toContain('404');
    socket.write('3\r\nabc\r\n');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    clock.advance(10_000);
    await closed;
  });

  it('serves the next request on the connection when the refused body has ended', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc');
    expect(String((await once(socket, 'data'))[0])).toContain('404');
    socket.write('defGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toContain('200');
    clock.advance(10_000);
    socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toContain('200');
    socket.destroy();
  });
});

describe('the process', () => {
  const dist = join(import.meta.dirname, '../dist/main.js');
  const run = (environment: Record<string, string>) => {
    const child = spawn(process.execPath, [dist], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    return { child, output: () => output };
  };

  it('starts from its environment and ends at SIGTERM', async () => {
    const options = await gatewayOptions(emptyKong);
    const { kongFile: KONG_FILE, controlSocket: CONTROL_SOCKET } = options;
    const { child, output } = run({ PORT: '0', KONG_FILE, CONTROL_SOCKET });
    while (!output().includes('the gateway listens')) await once(child.stdout, 'data');
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(output())?.[1]);
    expect((await call({ port, path: '/healthz' })).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await options.remove();
  });

  it('does not start with a file that it does not understand, and says why', async () => {
    const options = await gatewayOptions(`${emptyKong}plugins: [{ name: acl }]`);
    const { child, output } = run({ KONG_FILE: options.kongFile, CONTROL_SOCKET: options.controlSocket });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(output()).toContain('plugin "acl" is not supported');
    await options.remove();
  });
});
