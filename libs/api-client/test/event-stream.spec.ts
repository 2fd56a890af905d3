import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Client,
  createClient,
  type EventStreamOptions,
  MemoryTokenStore,
  type StreamedEvent,
} from '../src/index.js';
import { type Handler, json, problem, TestClock, TestServer } from './server.js';

const path = '/v1/builds/b/logs';

describe('eventStream', () => {
  let server: TestServer;
  let clock: TestClock;

  beforeEach(() => void (clock = new TestClock()));
  afterEach(() => server.stop());

  async function clientOf(handler: Handler): Promise<Client> {
    server = await TestServer.start(handler);
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'r' });
    return createClient({ baseUrl: server.url, tokens, clock });
  }

  const begin = (response: ServerResponse): ServerResponse =>
    response.writeHead(200, { 'content-type': 'text/event-stream' });
  const line = (id: number): string => `id: ${id}\ndata: {"sequence":${id}}\n\n`;
  const after = (request: { headers: Record<string, unknown> }): number =>
    Number(request.headers['last-event-id'] ?? 0);

  async function collect(client: Client, options?: EventStreamOptions): Promise<StreamedEvent[]> {
    const events: StreamedEvent[] = [];
    for await (const event of client.eventStream(path, options)) events.push(event);
    return events;
  }

  it('yields parsed events and ends with the server', async () => {
    const client = await clientOf((request, response) => {
      expect(request.headers.accept).toBe('text/event-stream');
      begin(response).end(`: comment\n\n${line(1)}event: named\ndata: "two\\nlines"\n\n`);
    });
    expect(await collect(client)).toEqual([
      { id: '1', event: undefined, data: { sequence: 1 } },
      { id: undefined, event: 'named', data: 'two\nlines' },
    ]);
  });

  it('puts events together that arrive in pieces, in the middle of a character too', async () => {
    const bytes = Buffer.from('id: 1\ndata: "Zürich"\n\n');
    const client = await clientOf((_, response) => {
      begin(response).write(bytes.subarray(0, 15));
      setTimeout(() => response.end(bytes.subarray(15)), 20);
    });
    expect((await collect(client)).map((event) => event.data)).toEqual(['Zürich']);
  });

  it('resumes after the last event when the connection breaks', async () => {
    let open: ServerResponse | undefined;
    const client = await clientOf((request, response) => {
      const next = after(request) + 1;
      open = begin(response);
      if (next < 3) return void open.write(line(next));
      open.end(`${line(next)}event: end\ndata: {}\n\n`);
    });
    const ids: unknown[] = [];
    for await (const { id } of client.eventStream(path, { isLast: (event) => event.event === 'end' })) {
      ids.push(id);
      if (id === '1' || id === '2') open?.destroy();
    }
    expect(ids).toEqual(['1', '2', '3', undefined]);
    expect(server.received.map((each) => each.headers['last-event-id'])).toEqual([undefined, '1', '2']);
  });

  it('resumes as often as it must while events come, and after the last one that had an id', async () => {
    let open: ServerResponse | undefined;
    const client = await clientOf((request, response) => {
      const next = after(request) + 1;
      open = begin(response);
      open.write(`${line(next)}data: "without id"\n\n`);
      if (next === 12) open.end('event: end\ndata: {}\n\n');
    });
    const ids: string[] = [];
    for await (const { id, event } of client.eventStream(path, { isLast: (each) => each.event === 'end' })) {
      if (id !== undefined) ids.push(id);
      else if (event !== 'end' && ids.length < 12) open?.destroy();
    }
    expect(ids).toHaveLength(12);
  });

  it('begins after a given event', async () => {
    const client = await clientOf((request, response) => void begin(response).end(line(after(request) + 1)));
    expect((await collect(client, { lastEventId: '41' })).map((event) => event.id)).toEqual(['42']);
  });

  it('goes on when the server ends a stream before its last event, because the token had ended', async () => {
    let connections = 0;
    const client = await clientOf((request, response) => {
      connections += 1;
      if (connections === 1) return void begin(response).end(line(1));
      begin(response).end(`${line(after(request) + 1)}event: end\ndata: {}\n\n`);
    });
    const events = await collect(client, { isLast: (event) => event.event === 'end' });
    expect(events.map((event) => event.id)).toEqual(['1', '2', undefined]);
  });

  it('renews the token to resume', async () => {
    const client = await clientOf((request, response) => {
      if (request.path === '/v1/auth/refresh') return json(response, { accessToken: 'new', refreshToken: 'r2' });
      if (request.headers.authorization !== 'Bearer new') return problem(response, 401, 'unauthenticated');
      begin(response).end(line(1));
    });
    expect(await collect(client)).toHaveLength(1);
  });

  it('follows until it is told to stop', async () => {
    const client = await clientOf((request, response) => void begin(response).end(line(after(request) + 1)));
    const stop = new AbortController();
    const ids: unknown[] = [];
    for await (const event of client.eventStream(path, { follow: true, signal: stop.signal })) {
      ids.push(event.id);
      if (ids.length === 3) stop.abort();
    }
    expect(ids).toEqual(['1', '2', '3']);
  });

  it('stops while the server says nothing', async () => {
    const stop = new AbortController();
    const client = await clientOf((_, response) => void begin(response).write(line(1)));
    const ids: unknown[] = [];
    for await (const event of client.eventStream(path, { signal: stop.signal })) {
      ids.push(event.id);
      setTimeout(() => stop.abort(), 20); // while the next is waited for
    }
    expect(ids).toEqual(['1']);
  });

  it('takes a stream that fell silent for broken, and resumes', async () => {
    let connections = 0;
    const client = await clientOf((request, response) => {
      connections += 1;
      begin(response).write(line(after(request) + 1));
      if (connections > 1) response.end();
    });
    const ids: unknown[] = [];
    let come: NodeJS.Timeout | undefined;
    for await (const event of client.eventStream(path)) {
      ids.push(event.id);
      // From the first event on, time passes as often as somebody waits for it.
      come ??= setInterval(() => connections === 1 && clock.pass(), 20);
    }
    clearInterval(come);
    expect(ids).toEqual(['1', '2']);
  });

  it('gives up when resuming brings nothing several times in a row', async () => {
    const client = await clientOf((_, response) => void begin(response).destroy());
    await expect(collect(client)).rejects.toThrow();
  });

  it('throws what the server refused', async () => {
    const client = await clientOf((_, response) => problem(response, 404, 'build_not_found'));
    await expect(collect(client)).rejects.toMatchObject({ code: 'build_not_found' });
    expect(server.received).toHaveLength(1);
  });
});
