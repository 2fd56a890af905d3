import { WebSocketServer } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClusterUnreachable, type Transport } from '../src/index.js';
import {
  answer,
  breakOff,
  clientOf,
  hangUp,
  type NotingClock,
  refusal,
  ScriptedServer,
} from './support/scripted-server.js';

const never = new AbortController().signal;
const throttled = (seconds: string) => refusal(429, 'TooManyRequests', { 'retry-after': seconds });

let server: ScriptedServer;
let transport: Transport;
let clock: NotingClock;
beforeAll(async () => (server = await ScriptedServer.start()));
beforeEach(() => void ({ transport, clock } = clientOf(server)));
afterEach(() => transport.close());
afterAll(() => server.stop());

const ask = (signal = never) =>
  transport.ask({ method: 'PATCH', path: '/apis/apps/v1/deployments/web', body: { spec: 1 }, signal });

describe('a request', () => {
  it('that is throttled is sent again as it was, when the server says so', async () => {
    server.will(throttled('2'), throttled('3'), answer(200, { done: true }));
    expect(await ask()).toEqual({ done: true });
    expect(clock.pauses).toEqual([2_000, 3_000]);
    expect(server.asked.map(({ method, body }) => ({ method, body }))).toEqual(
      Array.from({ length: 3 }, () => ({ method: 'PATCH', body: { spec: 1 } })),
    );
  });

  it('waits no longer than five seconds at a time, and gives up at the fourth refusal', async () => {
    server.will(throttled('600'));
    await expect(ask()).rejects.toMatchObject({ status: 429, retryAfterSeconds: 600 });
    expect(clock.pauses).toEqual([5_000, 5_000, 5_000]);
    expect(server.asked).toHaveLength(4);
  });

  it.each([
    ['409', refusal(409, 'Conflict'), { status: 409, reason: 'Conflict' }],
    ['410', refusal(410, 'Expired'), { status: 410, reason: 'Expired' }],
    ['422', refusal(422, 'Invalid'), { status: 422, reason: 'Invalid', message: 'it is Invalid' }],
    ['429 without a word when', refusal(429, 'TooManyRequests'), { status: 429 }],
    ['503 without a word when', refusal(503, 'ServiceUnavailable'), { status: 503 }],
    ['500, whatever it asks to wait', refusal(500, 'InternalError', { 'retry-after': '1' }), { status: 500 }],
    ['302, which leads elsewhere', answer(302, '', { location: '/elsewhere' }), { status: 302 }],
  ])('that is answered by %s is sent once', async (_name, say, error) => {
    server.will(say, answer(200));
    await expect(ask()).rejects.toMatchObject(error);
    expect(server.asked).toHaveLength(1);
    expect(clock.pauses).toEqual([]);
  });

  it.each([
    ['before its answer', hangUp],
    ['in the middle of it', breakOff('{"kind":')],
  ])('whose connection goes %s is sent once more, at once', async (_name, gone) => {
    server.will(gone, answer(200, { done: true }));
    expect(await ask()).toEqual({ done: true });
    server.will(gone);
    await expect(ask()).rejects.toBeInstanceOf(ClusterUnreachable);
    expect(server.asked).toHaveLength(2);
    expect(clock.pauses).toEqual([0, 0]);
  });

  it('that something else answers in its own words says that nothing is known of the cluster', async () => {
    server.will(answer(200, '<html>Sign in to the network</html>'));
    await expect(ask()).rejects.toMatchObject({
      name: 'ClusterUnreachable',
      message: expect.stringContaining('<html>Sign in'),
    });
    expect(server.asked).toHaveLength(1);
  });

  it('that is given up while it waits is not sent again', async () => {
    const controller = new AbortController();
    clock.onPause = () => controller.abort();
    server.will(throttled('1'));
    await expect(ask(controller.signal)).rejects.toBeInstanceOf(ClusterUnreachable);
    expect(server.asked).toHaveLength(1);
  });

  it('that is given up before is not sent at all', async () => {
    server.will(answer(200));
    await expect(ask(AbortSignal.abort())).rejects.toBeInstanceOf(ClusterUnreachable);
    expect(server.asked).toHaveLength(0);
  });
});

describe('a token that the server refuses', () => {
  const denied = refusal(401, 'Unauthorized');
  const using = (token: (refused?: string) => string) => {
    transport.close();
    ({ transport, clock } = clientOf(server, token));
  };
  const shown = () => server.asked.map(({ authorization }) => authorization);

  it('is replaced once by the newer one, which the request is sent with', async () => {
    using((refused) => (refused === 'old' ? 'new' : 'old'));
    server.will(denied, answer(200, { done: true }));
    expect(await ask()).toEqual({ done: true });
    expect(shown()).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is not sent again when there is no other', async () => {
    using(() => 'only');
    server.will(denied);
    await expect(ask()).rejects.toMatchObject({ status: 401 });
    expect(shown()).toEqual(['Bearer only']);
  });

  it('is told when the newer one is refused, too', async () => {
    using((refused) => (refused === undefined ? 'old' : 'new'));
    server.will(denied);
    await expect(ask()).rejects.toMatchObject({ status: 401 });
    expect(shown()).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is not asked for anew because of any other refusal', async () => {
    using((refused) => (refused === undefined ? 'old' : 'new'));
    server.will(refusal(403, 'Forbidden'));
    await expect(ask()).rejects.toMatchObject({ status: 403 });
    expect(shown()).toEqual(['Bearer old']);
  });

  it('is none where somebody comes with a certificate', async () => {
    server.will(denied);
    await expect(ask()).rejects.toMatchObject({ status: 401 });
    expect(shown()).toEqual([undefined]);
  });
});

describe('an answer without an end', () => {
  const read = async (signal = never) => {
    const lines: string[] = [];
    try {
      for await (const line of await transport.lines('/api/v1/pods?watch=true', signal)) lines.push(line);
    } catch (error) {
      return { lines, error };
    }
    return { lines };
  };

  it('is told line by line, however it was cut on its way', async () => {
    const bytes = Buffer.from('{"name":"größe"}\n\n{"name":"zwei"}\n');
    const half = bytes.indexOf(Buffer.from('ö')) + 1;
    server.will((response) => {
      response.writeHead(200);
      response.write(bytes.subarray(0, half), () => response.end(bytes.subarray(half)));
    });
    expect(await read()).toEqual({ lines: ['{"name":"größe"}', '{"name":"zwei"}'] });
  });

  it('that ends in the middle of a line is whole up to there', async () => {
    server.will(answer(200, '{"a":1}\n{"b":'));
    expect(await read()).toEqual({ lines: ['{"a":1}'] });
  });

  it('that breaks tells the lines before, and that it broke', async () => {
    server.will(breakOff('{"a":1}\n{"b":2}\n{"c":'));
    const { lines, error } = await read();
    expect(lines).toEqual(['{"a":1}', '{"b":2}']);
    expect(error).toBeInstanceOf(ClusterUnreachable);
  });

  it('that is refused is not asked for again: whoever follows decides when', async () => {
    server.will(refusal(429, 'TooManyRequests', { 'retry-after': '7' }));
    expect(await read()).toMatchObject({ lines: [], error: { status: 429, retryAfterSeconds: 7 } });
    expect(clock.pauses).toEqual([]);
  });

  it('that was whole when it was given up harms nobody: its connection is nobody’s any more', async () => {
    server.will(answer(200, '{"a":1}\n{"b":2}\n'));
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const line of await transport.lines('/api/v1/pods?watch=true', controller.signal)) {
      seen.push(line);
      controller.abort();
      await Promise.resolve();
    }
    expect(seen).toEqual(['{"a":1}', '{"b":2}']);
    server.will(answer(200, { done: true }));
    expect(await ask()).toEqual({ done: true });
  });

  it('ends when nobody reads it any more', async () => {
    const controller = new AbortController();
    server.will((response) => {
      response.writeHead(200);
      response.write('{"a":1}\n');
    });
    const lines = await transport.lines('/api/v1/pods?watch=true', controller.signal);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const line of lines) {
        seen.push(line);
        controller.abort();
      }
    })();
    await expect(reading).rejects.toBeInstanceOf(ClusterUnreachable);
    expect(seen).toEqual(['{"a":1}']);
  });
});

describe('a session', () => {
  const path = '/api/v1/namespaces/shop/pods/web/exec?command=ls';

  it('that is refused says why', async () => {
    server.http.removeAllListeners('upgrade').once('upgrade', (_request, socket) => {
      const body = JSON.stringify({ reason: 'NotFound', message: 'pods "web" not found' });
      socket.end(`HTTP/1.1 404 Not Found\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    });
    const refused = transport.messages(path, ['v5.channel.k8s.io'], never);
    await expect(refused).rejects.toMatchObject({ status: 404, reason: 'NotFound', message: 'pods "web" not found' });
  });

  it('whose connection goes says that nothing is known of the cluster', async () => {
    server.http.removeAllListeners('upgrade').once('upgrade', (_request, socket) => socket.destroy());
    await expect(transport.messages(path, ['v5.channel.k8s.io'], never)).rejects.toBeInstanceOf(ClusterUnreachable);
  });

  it('that is given up before it is open is closed', async () => {
    const controller = new AbortController();
    server.http.removeAllListeners('upgrade').once('upgrade', () => controller.abort());
    const opening = transport.messages(path, ['v5.channel.k8s.io'], controller.signal);
    await expect(opening).rejects.toBeInstanceOf(ClusterUnreachable);
  });

  it('carries every message, the first included, with who asks and in the protocol that the server chose', async () => {
    transport.close();
    ({ transport, clock } = clientOf(server, () => 'a-token'));
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
    let authorization: string | undefined;
    server.http.removeAllListeners('upgrade').once('upgrade', (request, socket, head) => {
      authorization = request.headers.authorization;
      sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.send(Buffer.from([1, 104, 105]));
        opened.close();
      });
    });
    const { stream, protocol } = await transport.messages(path, ['v5.channel.k8s.io', 'v4.channel.k8s.io'], never);
    const messages: Buffer[] = [];
    for await (const message of stream) messages.push(message as Buffer);
    expect({ protocol, authorization }).toEqual({ protocol: 'v4.channel.k8s.io', authorization: 'Bearer a-token' });
    expect(messages).toEqual([Buffer.from([1, 104, 105])]);
    sockets.close();
  });
});
