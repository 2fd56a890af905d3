import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { probe } from '../src/probes/probe.js';

/** Milliseconds for what answers at once, also where everything stands still for a while. */
const PLENTY = 30_000;

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function freedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a probe', () => {
  it.each([
    [200, true],
    [204, true],
    [302, true],
    [399, true],
    [400, false],
    [404, false],
    [503, false],
  ])('takes an answer of %i as healthy: %s', async (status, ok) => {
    const port = await serve((_request, response) => response.writeHead(status).end());
    const outcome = await probe(port, '/health', PLENTY);
    expect(outcome.ok).toBe(ok);
    if (!outcome.ok) expect(outcome).toMatchObject({ listening: true, message: `GET /health answered ${status}` });
  });

  it('without a path asks for a connection only', async () => {
    const port = await serve((_request, response) => response.writeHead(500).end());
    expect(await probe(port, null, PLENTY)).toEqual({ ok: true });
  });

  it.each([null, '/'])('of a port that nobody listens on says so (path %s)', async (path) => {
    const port = await freedPort();
    const expected = { ok: false, listening: false, message: `nothing listens on 127.0.0.1:${port}` };
    expect(await probe(port, path, PLENTY)).toEqual(expected);
  });

  it('of a process that never answers ends in time', async () => {
    const port = await serve(() => undefined);
    const begin = Date.now();
    const outcome = await probe(port, '/slow', 200);
    expect(outcome).toEqual({ ok: false, listening: true, message: 'GET /slow did not answer in time' });
    expect(Date.now() - begin).toBeLessThan(10_000);
  });

  it('of an endless answer needs its head only', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200);
      response.write('and so on');
    });
    expect(await probe(port, '/', PLENTY)).toEqual({ ok: true });
  });

  it('of something that speaks no HTTP is a failure of what listens', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0\r\n'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const outcome = await probe((server.address() as AddressInfo).port, '/', PLENTY);
    expect(outcome).toMatchObject({ ok: false, listening: true });
  });

  it('leaves no connection behind', async () => {
    const port = await serve((_request, response) => response.end('x'.repeat(100_000)));
    const server = servers[0] as Server;
    for (let round = 0; round < 5; round++) await probe(port, '/', PLENTY);
    const open = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
    await eventually(async () => expect(await open()).toBe(0));
  });
});
