import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient, MemoryAccessStore, MemoryTokenStore } from '../src/index.js';
import { json, TestServer } from './server.js';

const acme = '019a0000-0000-7000-8000-00000000000a';
const beta = '019a0000-0000-7000-8000-00000000000b';

describe('Berth-Access', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  /** Each new organization is answered with its access version. */
  async function twoOrganizations() {
    server = await TestServer.start((request, response) => {
      if (request.path !== '/v1/organizations') return json(response, {});
      const { slug } = JSON.parse(request.body) as { slug: string };
      json(response, {}, 201, { 'berth-access': slug === 'acme' ? `${acme}@3` : `${beta}@7` });
    });
    const access = new MemoryAccessStore();
    const client = createClient({ baseUrl: server.url, tokens: new MemoryTokenStore(), access });
    await client.POST('/v1/organizations', { body: { slug: 'acme' } });
    await client.POST('/v1/organizations', { body: { slug: 'beta' } });
    const sent = () => server.received.at(-1)?.headers['berth-access'];
    return { client, access, sent };
  }

  it('sends the value of the organization that the query names', async () => {
    const { client, sent } = await twoOrganizations();
    await client.GET('/v1/projects', { params: { query: { organization: acme } } });
    expect(sent()).toBe(`${acme}@3`);
    await client.GET('/v1/projects', { params: { query: { organization: beta } } });
    expect(sent()).toBe(`${beta}@7`);
  });

  it('sends the value of the organization that the body names', async () => {
    const { client, sent } = await twoOrganizations();
    await client.POST('/v1/projects', { body: { organizationId: acme, slug: 'shop' } });
    expect(sent()).toBe(`${acme}@3`);
  });

  it('sends the newest value with a request that names no organization', async () => {
    const { client, sent } = await twoOrganizations();
    await client.GET('/v1/me');
    expect(sent()).toBe(`${beta}@7`);
  });

  it('is kept in the given store, so that the next process knows it', async () => {
    const { access } = await twoOrganizations();
    const client = createClient({ baseUrl: server.url, tokens: new MemoryTokenStore(), access });
    await client.GET('/v1/projects', { params: { query: { organization: acme } } });
    expect(server.received.at(-1)?.headers['berth-access']).toBe(`${acme}@3`);
  });

  it('sends nothing before anything was seen', async () => {
    server = await TestServer.start((_, response) => json(response, {}));
    await createClient({ baseUrl: server.url, tokens: new MemoryTokenStore() }).GET('/v1/me');
    expect(server.received[0]?.headers['berth-access']).toBeUndefined();
  });
});
