import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { emptyKong, startTestGateway, startUpstream, type TestGateway, type TestUpstream } from './harness.js';

/** Mulberry32: the same misbehaviour in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('clients and apps that break off at any moment', () => {
  const random = randomFrom(20_261_121);
  const below = (limit: number) => Math.floor(random() * limit);
  const sockets = new WebSocketServer({ noServer: true });
  let gateway: TestGateway;
  let upstreams: TestUpstream[];

  const misbehave = (request: IncomingMessage, response: ServerResponse) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const steps = [
      () => request.resume(),
      () => response.end('whole'),
      () => response.write(Buffer.alloc(below(300_000))),
      () => request.socket.destroy(),
      () => request.socket.resetAndDestroy(),
      () => request.pipe(response),
      () => response.writeHead(200, { 'content-length': '1000000' }).flushHeaders(),
    ];
    const step = () => {
      if (response.headersSent && below(2) === 0) return void response.end();
      if (!response.writableEnded && !response.destroyed) steps[below(response.headersSent ? 5 : steps.length)]?.();
    };
    for (let count = 0; count < 3; count++) setTimeout(step, below(15));
    setTimeout(() => response.end(), 20);
    // An answer may have promised more than came.
    setTimeout(() => request.socket.destroy(), 30);
  };

  beforeAll(async () => {
    gateway = await startTestGateway(emptyKong);
    upstreams = await Promise.all([startUpstream(misbehave), startUpstream(misbehave), startUpstream(misbehave)]);
    for (const { server } of upstreams) {
      server.on('upgrade', (request, socket, head) => {
        socket.on('error', () => undefined);
        if (below(3) === 0) return void socket.destroy();
        sockets.handleUpgrade(request, socket, head, (client) => {
          client.on('error', () => undefined);
          client.send('x'.repeat(below(100_000)));
          setTimeout(() => (below(2) ? client.terminate() : client.close()), below(15));
        });
      });
    }
    const listed = upstreams.map(({ port }, index) => ({ id: `app-${index}`, host: '127.0.0.1', port }));
    await gateway.control('PUT', '/routes', {
      version: 1,
      routes: [{ host: 'app.localhost', upstreams: [...listed, { id: 'refusing', host: '127.0.0.1', port: 1 }] }],
    });
  });

  afterAll(async () => {
    sockets.close();
    await gateway.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  const visit = () =>
    new Promise<void>((resolve) => {
      const method = ['GET', 'POST', 'PUT'][below(3)] as string;
      const request = sendRequest({
        host: '127.0.0.1',
        port: gateway.port,
        method,
        headers: { host: 'app.localhost' },
      });
      request.on('error', () => undefined).once('close', resolve);
      request.on('response', (answer) => answer.on('error', () => undefined).resume());
      if (method !== 'GET') request.write(Buffer.alloc(below(500_000)));
      if (below(3) > 0) return void request.end();
      setTimeout(() => request.destroy(), below(20));
    });

  const connect = () =>
    new Promise<void>((resolve) => {
      const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { headers: { host: 'app.localhost' } });
      client.on('error', () => undefined).once('close', resolve);
      if (below(2) === 0) setTimeout(() => client.terminate(), below(20));
    });

  it('leave the gateway running and nothing counted', async () => {
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 20 }, () => (below(5) === 0 ? connect() : visit())));
    }
    for (const upstreamId of ['app-0', 'app-1', 'app-2', 'refusing']) {
      const answer = await gateway.control('POST', '/drain', { upstreamId, timeoutMilliseconds: 60_000 });
      expect(answer.body).toBe('{"inFlight":0}');
    }
    expect((await gateway.call({ path: '/healthz' })).status).toBe(200);
  });
});
