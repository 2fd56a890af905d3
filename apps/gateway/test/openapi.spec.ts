import { afterEach, describe, expect, it } from '@jest/globals';
import { mergeOpenApi } from '../src/openapi/merge-openapi.js';
import { startTestGateway, startUpstream, type TestGateway, type TestUpstream } from './harness.js';

const problem = { type: 'object', properties: { code: { type: 'string' } } };
const document = (paths: object, schemas: object) => ({
  openapi: '3.1.0',
  info: { title: 'part', version: '1.2.3' },
  paths,
  components: {
    schemas: { Problem: problem, ...schemas },
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
  },
  security: [{ bearer: [] }],
  tags: [{ name: 'shared' }],
});
const get = { get: { responses: { 200: { description: 'ok' } } } };

describe('mergeOpenApi', () => {
  it('joins paths, components and tags, and keeps what both define alike', () => {
    const parts = [
      { service: 'a', document: document({ '/a': get }, { A: { type: 'object' } }) },
      { service: 'b', document: document({ '/b': get }, { B: { type: 'object' } }) },
    ];
    const { document: merged, conflicts } = mergeOpenApi(parts, () => true);
    expect(conflicts).toEqual([]);
    expect(merged).toMatchObject({
      openapi: '3.1.0',
      info: { version: '1.2.3' },
      paths: { '/a': get, '/b': get },
      components: { schemas: { Problem: problem, A: {}, B: {} } },
      security: [{ bearer: [] }],
      tags: [{ name: 'shared' }],
    });
  });

  it('lists every name that two services define differently', () => {
    const parts = [
      { service: 'a', document: document({ '/a': get }, { Same: { type: 'object' } }) },
      { service: 'b', document: document({ '/a': {} }, { Same: { type: 'string' } }) },
    ];
    expect(mergeOpenApi(parts, () => true).conflicts).toEqual(['paths./a', 'components.schemas.Same']);
  });

  it('leaves out what the gateway does not route to the service', () => {
    const parts = [
      { service: 'a', document: document({ '/a': get, '/healthz': get }, {}) },
      { service: 'b', document: document({ '/healthz': {} }, {}) },
    ];
    const merged = mergeOpenApi(parts, (_, path) => path !== '/healthz');
    expect(merged.conflicts).toEqual([]);
    expect(Object.keys(merged.document['paths'] as object)).toEqual(['/a']);
  });
});

const kong = `
_format_version: '3.0'
services:
  - { name: a, url: 'http://nobody.invalid', routes: [{ name: a, paths: ['~/v1/a(/|$)'] }] }
  - { name: b, url: 'http://nobody.invalid', routes: [{ name: b, paths: ['~/v1/b(/|$)'] }] }
`;

describe('GET /openapi.json', () => {
  let gateway: TestGateway;
  let services: TestUpstream[] = [];

  afterEach(async () => {
    await gateway.close();
    await Promise.all(services.map((service) => service.close()));
    services = [];
  });

  const start = async (...documents: object[]) => {
    services = await Promise.all(
      documents.map((body) =>
        startUpstream((request, response) => {
          response.writeHead(request.url === '/openapi.json' ? 200 : 404).end(JSON.stringify(body));
        }),
      ),
    );
    const [a, b] = services;
    gateway = await startTestGateway(kong, {
      upstreams: { ...(a ? { a: a.url } : {}), b: b?.url ?? 'http://127.0.0.1:1' },
    });
  };

  it('answers one document over all services', async () => {
    await start(document({ '/v1/a/{id}': get, '/healthz': get }, {}), document({ '/v1/b': get, '/healthz': get }, {}));
    const answer = await gateway.call({ path: '/openapi.json' });
    expect(answer.status).toBe(200);
    expect(Object.keys(JSON.parse(answer.body).paths)).toEqual(['/v1/a/{id}', '/v1/b']);
  });

  it('answers 503 and says which service is not up', async () => {
    await start(document({}, {}));
    const answer = await gateway.call({ path: '/openapi.json' });
    expect([answer.status, JSON.parse(answer.body).services]).toEqual([503, ['b']]);
  });

  it('answers 500 with the conflicts', async () => {
    await start(document({}, { X: { type: 'string' } }), document({}, { X: { type: 'number' } }));
    const answer = await gateway.call({ path: '/openapi.json' });
    expect([answer.status, JSON.parse(answer.body).conflicts]).toEqual([500, ['components.schemas.X']]);
  });
});
