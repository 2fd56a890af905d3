import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { ConfigError, type RunningService, startService } from '../src/index.js';
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

const call = async (path: string, init: RequestInit & { json?: unknown } = {}) => {
  const body = init.json === undefined ? {} : { body: JSON.stringify(init.json) };
  const headers = { ...(init.json === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers };
  const response = await fetch(`${service.url}${path}`, { ...init, ...body, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
};
const post = (json: unknown, headers: Record<string, string> = {}) =>
  call('/v1/notes', { method: 'POST', json, headers });
const count = async () => (await database.database.query<{ n: number }>('select count(*)::int as n from note'))[0]?.n;

describe('a request', () => {
  it('is answered by the declared schema only, with location and correlation id', async () => {
    const answer = await post({ text: 'one' }, { 'x-correlation-id': 'from-caller' });
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.body).sort()).toEqual(['id', 'text']);
    expect(answer.headers.get('location')).toBe(`/v1/notes/${String(answer.body['id'])}`);
    expect(answer.headers.get('x-correlation-id')).toBe('from-caller');
  });

  it.each(['/v1/notes', '/v1/notes/none', '/not-a-route'])('to %s is answered with security headers', async (path) => {
    const { headers } = await call(path);
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('gets a correlation id of ours when its own is not sane', async () => {
    const answer = await call('/healthz', { headers: { 'x-correlation-id': 'a b' } });
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    [{ text: '' }, '/text'],
    [{ text: 'x', extra: 1 }, '/'],
    [{ text: 'y'.repeat(21) }, '/text'],
    [{}, '/text'],
  ])('with the body %j is refused with a pointer and stores nothing', async (body, pointer) => {
    const before = await count();
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ pointer }] });
    expect(await count()).toBe(before);
  });

  it('with a malformed body, a wrong type or a body over the limit gets a problem document', async () => {
    const send = (body: string, type = 'application/json') =>
      call('/v1/notes', { method: 'POST', body, headers: { 'content-type': type } });
    expect(await send('{"text":')).toMatchObject({ status: 400, body: { code: 'malformed_request' } });
    expect(await send('<x/>', 'text/xml')).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(await send(JSON.stringify({ text: 'z'.repeat(1_100_000) }))).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
  });

  it('knows no TRACE, which would repeat what it was sent', async () => {
    const { hostname, port } = new URL(service.url);
    const headers = { authorization: 'Bearer not-to-be-repeated' };
    const [answer] = (await once(
      request({ hostname, port, path: '/v1/notes', method: 'TRACE', headers }).end(),
      'response',
    )) as [IncomingMessage];
    const body = Buffer.concat((await answer.toArray()) as Buffer[]).toString();
    expect([404, 405, 501]).toContain(answer.statusCode);
    expect(body).not.toContain('not-to-be-repeated');
  });

  it('that fails for a known reason names its code, for an unknown one tells nothing', async () => {
    expect(await call('/v1/notes/missing')).toMatchObject({ status: 404, body: { code: 'note_not_found' } });
    const bug = await call('/v1/notes/bug');
    expect(bug).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(JSON.stringify(bug.body)).not.toContain('secret detail');
  });

  it('that the database broke off may be repeated', async () => {
    const outage = await call('/v1/notes/outage');
    expect(outage).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(outage.headers.get('retry-after')).toBe('1');
    expect((await call('/v1/notes')).status).toBe(200);
  });

  it('with If-Match answers 428 without it, 412 when stale, 200 when it matches', async () => {
    const read = (headers: Record<string, string>) => call('/v1/notes/x', { headers });
    expect((await read({})).status).toBe(428);
    expect((await read({ 'if-match': '"6"' })).status).toBe(412);
    expect((await read({ 'if-match': '"6", "7"' })).status).toBe(200);
    expect((await read({ 'if-match': '*' })).headers.get('etag')).toBe('"7"');
  });
});

describe('a list', () => {
  it('is walked by cursor without loss or repetition, with a Link header', async () => {
    for (let i = 0; i < 7; i++) await post({ text: `n${i}` });
    const all = await count();
    const seen: unknown[] = [];
    let path: string | undefined = '/v1/notes?limit=3';
    while (path) {
      const page: Awaited<ReturnType<typeof call>> = await call(path);
      seen.push(...(page.body['items'] as { id: string }[]).map((each) => each.id));
      path = page.headers.get('link')?.match(/^<(.+)>; rel="next"$/)?.[1];
    }
    expect(seen).toHaveLength(all as number);
    expect(new Set(seen).size).toBe(all);
  });

  it.each([
    ['?limit=0', '?limit'],
    ['?limit=201', '?limit'],
    ['?cursor=!!', '?cursor'],
  ])('refuses %s with a pointer', async (query, pointer) => {
    expect(await call(`/v1/notes${query}`)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });
});

describe('an Idempotency-Key', () => {
  const key = () => ({ 'idempotency-key': `k-${Math.random()}` });

  it('replays the answer without a second effect', async () => {
    const headers = key();
    const first = await post({ text: 'once' }, headers);
    const before = await count();
    const second = await post({ text: 'once' }, headers);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await count()).toBe(before);
  });

  it('replays every header that the route has set', async () => {
    const headers = key();
    const [first, second] = [await post({ text: 'tag' }, headers), await post({ text: 'tag' }, headers)];
    expect(second.headers.get('idempotent-replay')).toBe('true');
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(second.headers.get('etag')).toMatch(/^"/);
  });

  it('with another query is refused', async () => {
    const headers = key();
    expect((await post({ text: 'dry' }, headers)).status).toBe(201);
    const wet = await call('/v1/notes?dryRun=true', { method: 'POST', json: { text: 'dry' }, headers });
    expect(wet).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('with another body is refused', async () => {
    const headers = key();
    await post({ text: 'a' }, headers);
    expect(await post({ text: 'b' }, headers)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('has one effect under twenty concurrent repeats; the others replay or are told to wait', async () => {
    const headers = key();
    const before = (await count()) as number;
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ text: 'race' }, headers)));
    expect(await count()).toBe(before + 1);
    expect(new Set(answers.filter((each) => each.status === 201).map((each) => each.body['id'])).size).toBe(1);
    expect(answers.filter((each) => ![201, 409].includes(each.status))).toEqual([]);
  });

  it('of a refused request stores neither answer nor effect', async () => {
    const headers = key();
    const before = await count();
    expect((await post({ text: 'late', fail: 'late' }, headers)).status).toBe(409);
    expect(await count()).toBe(before);
    expect((await post({ text: 'good' }, headers)).status).toBe(201);
  });

  it('lies nowhere as it was sent, and the hash of a body says nothing without it', async () => {
    const headers = key();
    await post({ text: 'guessable' }, headers);
    const rows = await database.database.query<{ row: string }>(
      'select row_to_json(k)::text as row from idempotency_key k',
    );
    const guessed = createHash('sha256')
      .update(`\n${JSON.stringify({ text: 'guessable' })}`)
      .digest('hex');
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows)
      for (const secret of [headers['idempotency-key'], guessed]) expect(row).not.toContain(secret);
  });

  it('that is no sane header is refused', async () => {
    expect((await post({ text: 'x' }, { 'idempotency-key': 'with space' })).status).toBe(422);
  });
});

describe('the edge', () => {
  it('reports health, readiness and metrics', async () => {
    expect((await call('/healthz')).body).toEqual({ status: 'ok' });
    expect((await call('/readyz')).body).toEqual({ status: 'ok' });
    expect((await fetch(`${service.url}/metrics`)).headers.get('content-type')).toContain('text/plain');
  });

  it('documents every route from the schemas that validate it', async () => {
    const { body } = await call('/openapi.json');
    const paths = body['paths'] as Record<string, Record<string, { responses: object }>>;
    expect(Object.keys(paths)).toEqual(['/v1/notes', '/v1/notes/{id}/touched', '/v1/notes/{id}']);
    expect(JSON.stringify(paths['/v1/notes']?.['post'])).toContain('CreateNote');
  });

  it('documents that every route may answer a problem document, and what one is', async () => {
    const { body } = await call('/openapi.json');
    const operations = Object.values(body['paths'] as Record<string, object>).flatMap((methods) =>
      Object.values(methods),
    ) as { responses: { default: object } }[];
    for (const { responses } of operations)
      expect(responses.default).toMatchObject({
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      });
    expect(body['components']).toMatchObject({ schemas: { Problem: { required: expect.arrayContaining(['code']) } } });
  });
});

describe('configuration', () => {
  it('that is wrong names every problem at once and starts nothing', async () => {
    const start = startService(notes, { DATABASE_URL: 'mysql://x', PORT: '99999' });
    await expect(start).rejects.toThrow(ConfigError);
    await expect(start).rejects.toThrow(/DATABASE_URL[\s\S]*PORT|PORT[\s\S]*DATABASE_URL/);
    await expect(start).rejects.toThrow(/GREETING/);
  });
});
