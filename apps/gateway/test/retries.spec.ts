import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { emptyKong, startTestGateway, startUpstream, type TestGateway, type TestUpstream } from './harness.js';

/** Answers the first request of each connection and resets the connection at the second. */
async function startStaleUpstream(): Promise<{ port: number; requests: string[]; close(): Promise<void> }> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let served = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const method = String(chunk).split(' ')[0] ?? '';
      requests.push(method);
      if (served++ > 0) return void socket.resetAndDestroy();
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${method === 'HEAD' ? '' : 'ok'}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('retries', () => {
  let gateway: TestGateway;
  const upstreams: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    gateway = await startTestGateway(emptyKong);
  });

  afterEach(async () => {
    await gateway.close();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });

  const routeAs = (version: number, ports: readonly number[]) => {
    const targets = ports.map((port) => ({ id: `port-${port}`, host: '127.0.0.1', port }));
    return gateway.control('PUT', '/routes', { version, routes: [{ host: 'app.localhost', upstreams: targets }] });
  };
  const route = (...ports: number[]) => routeAs(1, ports);
  const routeNext = (...ports: number[]) => routeAs(2, ports);
  const ask = (method: string, body?: string) => {
    const framed = body === undefined ? {} : { body, headers: { 'content-length': body.length } };
    return gateway.call({ method, host: 'app.localhost', ...framed });
  };

  const healthy = async (): Promise<TestUpstream & { seen: string[] }> => {
    const seen: string[] = [];
    const upstream = await startUpstream((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        seen.push(`${request.method} ${text}`);
        response.end('ok');
      });
    });
    upstreams.push(upstream);
    return { ...upstream, seen };
  };

  it.each([
    ['GET', undefined],
    ['POST', 'body'],
    ['DELETE', undefined],
    ['PUT', 'x'.repeat(300_000)],
  ])('tries another instance when one refuses the connection of a %s', async (method, body) => {
    const upstream = await healthy();
    await route(1, upstream.port, 2);
    for (let count = 0; count < 4; count++) expect((await ask(method, body)).status).toBe(200);
    expect(upstream.seen).toEqual(Array(4).fill(`${method} ${body ?? ''}`));
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('repeats a %s that met a connection that just ended', async (method) => {
    const stale = await startStaleUpstream();
    upstreams.push(stale);
    await route(stale.port);
    await ask('GET');
    expect((await ask(method)).status).toBe(200);
    expect(stale.requests).toEqual(['GET', method, method]);
  });

  it.each([
    ['POST', 'body'],
    ['POST', undefined],
    ['PUT', 'body'],
    ['DELETE', undefined],
    ['PATCH', 'body'],
    ['GET', 'body'],
  ])('never repeats a %s with body %s that may have arrived', async (method, body) => {
    const stale = await startStaleUpstream();
    upstreams.push(stale);
    await route(stale.port);
    await ask('GET');
    expect((await ask(method, body)).status).toBe(502);
    // A body may or may not travel in the packet of its headers; what counts is that the request line came once.
    expect(stale.requests.filter((line) => line === method)).toHaveLength(method === 'GET' ? 2 : 1);
  });

  it.each([
    ['POST', 'body'],
    ['POST', undefined],
    ['PUT', 'body'],
    ['DELETE', undefined],
  ])('hands a %s with body %s that may have arrived to no other instance', async (method, body) => {
    const stale = await startStaleUpstream();
    upstreams.push(stale);
    const other = await healthy();
    await route(stale.port);
    await ask('GET');
    expect((await routeNext(stale.port, other.port)).status).toBe(200);
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++) statuses.push((await ask(method, body)).status);
    expect(statuses).toContain(502);
    const arrived = [...stale.requests.filter((line) => line === method), ...other.seen];
    expect(arrived).toHaveLength(statuses.length);
  });

  it('does not repeat a GET that was reset on a new connection: the app may have acted', async () => {
    let count = 0;
    const breaking = await startUpstream((request) => {
      count++;
      request.socket.destroy();
    });
    upstreams.push(breaking);
    await route(breaking.port);
    expect((await ask('GET')).status).toBe(502);
    expect(count).toBe(1);
  });

  it('does not repeat a GET whose answer had begun', async () => {
    let count = 0;
    const half = await startUpstream((request, response) => {
      if (request.url === '/warm') return void response.end('ok');
      count++;
      response.writeHead(200, { 'content-length': '10' }).write('half', () => request.socket.destroy());
    });
    upstreams.push(half);
    await route(half.port);
    await gateway.call({ host: 'app.localhost', path: '/warm' });
    await expect(ask('GET')).rejects.toThrow(/aborted|hang up|reset/i);
    expect(count).toBe(1);
  });
});
