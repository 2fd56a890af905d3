import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { type RunningService, startService } from '../src/index.js';
import { notes } from './fixtures/notes.service-definition.js';

let service: RunningService;
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  service = await startService(notes, { DATABASE_URL: database.url, GREETING: 'hello', LOG_LEVEL: 'silent' });
});
afterAll(async () => {
  await service?.close();
  await database?.drop();
});

interface Problem {
  readonly code: string;
  readonly errors?: { readonly pointer: string }[];
}

/** The status, the code and the pointers of an answer that must be a problem document. */
async function refused(response: Response) {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const { code, errors } = (await response.json()) as Problem;
  return { status: response.status, code, pointers: (errors ?? []).map(({ pointer }) => pointer) };
}
const send = async (path: string, body: string | Buffer, type = 'application/json') =>
  refused(await fetch(`${service.url}${path}`, { method: 'POST', body, headers: { 'content-type': type } }));
const create = (body: string | Buffer, type?: string) => send('/v1/notes', body, type);
const stored = async () => (await database.database.query('select from note')).length;

describe('a body', () => {
  it('may be left out where the route takes none, also when a type is announced', async () => {
    for (const headers of [{ 'content-type': 'application/json' }, {}] as Record<string, string>[]) {
      const answer = await fetch(`${service.url}/v1/notes/x/touched`, { method: 'POST', headers });
      expect(answer.status).toBe(204);
    }
  });

  it('that is missing where the route takes one is asked for', async () => {
    const missing = { status: 400, code: 'malformed_request', pointers: [] };
    expect(await create('')).toEqual(missing);
    expect(await refused(await fetch(`${service.url}/v1/notes`, { method: 'POST' }))).toEqual(missing);
  });

  it.each(['{"text":', '\u0000', '['.repeat(400_000), `{"text":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`])(
    '%.40s is malformed',
    async (body) => {
      expect(await create(body)).toEqual({ status: 400, code: 'malformed_request', pointers: [] });
      expect(await stored()).toBe(0);
    },
  );

  it.each([
    ['null', '/'],
    ['{"text":"x","__proto__":{"text":"y"}}', '/__proto__'],
    ['{"text":"a\\u0000b"}', '/text'],
    ['{"text":"\\ud800"}', '/text'],
    ['[]', '/'],
    ['"text"', '/'],
    ['{"text":{"text":"x"}}', '/text'],
    ['{"text":"x","constructor":{"prototype":{"text":"y"}}}', '/'],
    [JSON.stringify({ text: 'n'.repeat(1_000_000) }), '/text'],
    [JSON.stringify({ ['n'.repeat(1_000_000)]: 'x', text: 'x' }), '/'],
  ])('%.40s is refused with a pointer and a short answer', async (body, pointer) => {
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 422, code: 'validation_failed', pointers: [pointer] });
    expect(JSON.stringify(answer).length).toBeLessThan(1_000);
    expect(await stored()).toBe(0);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x',
  ])('of the type %s is not taken', async (type) => {
    expect(await create('{"text":"x"}', type)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('of 10 MB is refused', async () => {
    const body = JSON.stringify({ text: 'n'.repeat(10_000_000) });
    expect(await create(body)).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(await stored()).toBe(0);
  });
});

describe('a URL', () => {
  it.each([
    ['/v1/notes/%00', 400],
    ['/v1/notes?cursor=%00', 400],
    ['/v1/notes/%zz', 400],
    ['/v1/notes/%', 400],
    [`/v1/notes/${'n'.repeat(200)}`, 414],
    ['/v1/nothing', 404],
    ['/v1/notes/..%2f..%2fetc', 428],
  ])('%.40s is refused with %i', async (path, status) => {
    expect(await refused(await fetch(`${service.url}${path}`))).toMatchObject({ status });
  });

  it.each(['bm90IGpzb24', 'e30', 'MQ', encodeURIComponent('{"a":1}'), Buffer.from('"\\u0000"').toString('base64url')])(
    'with the cursor %s is refused with a pointer',
    async (cursor) => {
      const answer = await refused(await fetch(`${service.url}/v1/notes?cursor=${cursor}`));
      expect(answer).toEqual({ status: 422, code: 'cursor_invalid', pointers: ['?cursor'] });
    },
  );
});

describe('what is no HTTP', () => {
  /** Everything that the service answers to these bytes until it closes the connection. */
  async function exchange(bytes: string): Promise<string> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    const received: Buffer[] = [];
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // A service that has heard enough closes while we are still sending.
    socket.on('data', (chunk: Buffer) => received.push(chunk)).on('error', () => undefined);
    socket.write(bytes);
    await closed;
    return Buffer.concat(received).toString();
  }

  it.each([
    ['nonsense', 'GIMME\r\n\r\n', 'HTTP/1.1 400', 'malformed_request'],
    ['a URL of 20 KiB', `GET /v1/notes/${'n'.repeat(20_480)} HTTP/1.1\r\n`, 'HTTP/1.1 431', 'headers_too_large'],
    ['a header of 20 KiB', `GET / HTTP/1.1\r\nx: ${'n'.repeat(20_480)}`, 'HTTP/1.1 431', 'headers_too_large'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n',
      'HTTP/1.1 400',
      'malformed_request',
    ],
  ])('as %s gets a problem document and an end', async (_, bytes, status, code) => {
    const answer = await exchange(bytes);
    expect(answer.startsWith(status)).toBe(true);
    expect(answer).toContain('content-type: application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
  });

  it('is cut off when it goes on for ever, and leaves the service as it was', async () => {
    await exchange(`GET /v1/notes/${'n'.repeat(10_000_000)} HTTP/1.1\r\n`);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  });
});
