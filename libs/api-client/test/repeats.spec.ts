import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Client, createClient, MemoryTokenStore } from '../src/index.js';
import { type Handler, json, problem, TestClock, TestServer } from './server.js';

const page = { items: [], next: null };
const organization = '019a0000-0000-7000-8000-000000000001';

describe('repeats', () => {
  let server: TestServer;
  let clock: TestClock;

  beforeEach(() => void (clock = new TestClock()));
  afterEach(() => server.stop());

  /** `answers` one after another; the last one for ever. */
  async function clientOf(...answers: Handler[]): Promise<Client> {
    let next = 0;
    server = await TestServer.start((request, response) => {
      const answer = answers[Math.min(next, answers.length - 1)];
      next += 1;
      return answer?.(request, response);
    });
    const tokens = new MemoryTokenStore({ accessToken: 'a', refreshToken: null });
    return createClient({ baseUrl: server.url, tokens, clock });
  }

  const ok: Handler = (_, response) => json(response, page);
  const broken: Handler = (_, response) => void response.destroy();
  const refuse =
    (status: number, code: string, headers = {}): Handler =>
    (_, response) =>
      problem(response, status, code, headers);
  const list = (client: Client) => client.GET('/v1/projects', { params: { query: { organization } } });
  const create = (client: Client) =>
    client.POST('/v1/projects', { body: { organizationId: organization, slug: 'shop' } });
  const change = (client: Client) =>
    client.PATCH('/v1/config/{workloadId}', { params: { path: { workloadId: 'w' } }, body: { set: { A: '1' } } });

  it('waits as long as the server asks while access is pending, whatever the method', async () => {
    const client = await clientOf(refuse(503, 'access_pending', { 'retry-after': '1' }), ok);
    await change(client);
    expect(clock.pauses).toEqual([1_000]);
    expect(server.received).toHaveLength(2);
  });

  it('waits for pending access only for a bounded time', async () => {
    const client = await clientOf(refuse(503, 'access_pending', { 'retry-after': '3' }));
    await expect(list(client)).rejects.toMatchObject({ code: 'access_pending', status: 503, retryAfter: 3 });
    expect(clock.pauses).toEqual([3_000, 3_000, 3_000, 3_000, 3_000, 3_000]);
  });

  it.each([502, 503, 504])('repeats an idempotent request after %s with growing pauses', async (status) => {
    const client = await clientOf(refuse(status, 'unavailable'), refuse(status, 'unavailable'), ok);
    await list(client);
    expect(clock.pauses).toEqual([200, 400]);
  });

  it('gives up after four attempts and says what the last one said', async () => {
    const client = await clientOf(refuse(502, 'bad_gateway'));
    await expect(list(client)).rejects.toMatchObject({ status: 502, code: 'bad_gateway', correlationId: 'c-1' });
    expect(server.received).toHaveLength(4);
  });

  it('repeats a POST with the same Idempotency-Key after a broken connection', async () => {
    const client = await clientOf(broken, ok);
    await create(client);
    const keys = server.received.map((each) => each.headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(server.received[1]?.body).toBe(server.received[0]?.body);
  });

  it('sends another Idempotency-Key with another call', async () => {
    const client = await clientOf(ok);
    await create(client);
    await create(client);
    const [first, second] = server.received.map((each) => each.headers['idempotency-key']);
    expect(first).not.toBe(second);
  });

  it('does not repeat a PATCH that may have been carried out', async () => {
    const client = await clientOf(broken, ok);
    await expect(change(client)).rejects.toMatchObject({ name: 'ServerUnreachable' });
    expect(server.received).toHaveLength(1);
  });

  it('repeats even a PATCH when nobody listens, because nothing was sent', async () => {
    const client = await clientOf(ok);
    await server.stop();
    await expect(change(client)).rejects.toThrow(/ECONNREFUSED/);
    expect(clock.pauses).toEqual([200, 400, 800]);
    server = await TestServer.start(ok);
  });

  it('waits for a request with the same Idempotency-Key that still runs', async () => {
    const client = await clientOf(refuse(409, 'idempotency_key_in_use', { 'retry-after': '1' }), ok);
    await create(client);
    expect(clock.pauses).toEqual([1_000]);
  });

  it('waits when it asks too often', async () => {
    const client = await clientOf(refuse(429, 'too_many_requests', { 'retry-after': '2' }), ok);
    await change(client);
    expect(clock.pauses).toEqual([2_000]);
  });

  it.each([400, 403, 404, 409, 412, 422, 500])('does not repeat after %s', async (status) => {
    const client = await clientOf(refuse(status, 'no'), ok);
    await expect(list(client)).rejects.toMatchObject({ status, code: 'no', message: 'it is no' });
    expect(server.received).toHaveLength(1);
  });

  it('gives an attempt that never answers a deadline', async () => {
    // The time passes once the attempt has arrived; nothing is said to it.
    const client = await clientOf(() => clock.pass());
    await expect(list(client)).rejects.toThrow(/timed out/);
    expect(server.received).toHaveLength(4);
  });

  it('ends every call when the client is told to stop', async () => {
    server = await TestServer.start(() => stop.abort());
    const stop = new AbortController();
    const client = createClient({ baseUrl: server.url, tokens: new MemoryTokenStore(), signal: stop.signal });
    await expect(list(client)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('problems', () => {
  it('has a code for answers of something that is not Berth', async () => {
    const answers: Record<string, Handler> = {
      kong: (_, response) => json(response, { message: 'no Route matched with those values' }, 404),
      html: (_, response) => void response.writeHead(400).end('<html>'),
    };
    const server = await TestServer.start((request, response) => answers[request.path.slice(4)]?.(request, response));
    const client = createClient({ baseUrl: server.url, tokens: new MemoryTokenStore() });
    const get = (path: string) => client.GET(path as '/v1/me');
    await expect(get('/v1/kong')).rejects.toMatchObject({
      code: 'http_404',
      message: 'no Route matched with those values',
    });
    await expect(get('/v1/html')).rejects.toMatchObject({
      code: 'http_400',
      message: 'The server answered 400 Bad Request',
    });
    await server.stop();
  });

  it('tells which fields are wrong', async () => {
    const errors = [{ pointer: '/slug', message: 'must be short' }];
    const body = { type: '', title: '', status: 422, code: 'validation_failed', detail: 'no', errors };
    const server = await TestServer.start((_, response) => json(response, body, 422));
    const client = createClient({ baseUrl: server.url, tokens: new MemoryTokenStore() });
    const call = client.POST('/v1/organizations', { body: { slug: 'x' } });
    await expect(call).rejects.toMatchObject({ code: 'validation_failed', errors });
    await server.stop();
  });
});
