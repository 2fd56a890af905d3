import { describe, expect, it } from '@jest/globals';
import { createClient, MemoryTokenStore } from '../src/index.js';
import { json, problem, TestServer } from './server.js';

describe('upload', () => {
  it('sends the archive whole, also again after the token was renewed', async () => {
    const server = await TestServer.start((request, response) => {
      if (request.path === '/v1/auth/refresh') return json(response, { accessToken: 'new', refreshToken: 'r2' });
      if (request.headers.authorization !== 'Bearer new') return problem(response, 401, 'unauthenticated');
      json(response, { id: 'u-1' }, 201);
    });
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'r' });
    const client = createClient({ baseUrl: server.url, tokens });
    const made = await client.upload({ organization: 'o-1' }, new Blob([Buffer.alloc(100_000, 7)]));
    expect(made.id).toBe('u-1');
    const [refused, accepted] = server.to('/v1/uploads');
    expect(accepted?.path).toBe('/v1/uploads?organization=o-1');
    expect(accepted?.headers['content-type']).toBe('application/gzip');
    expect([refused?.body.length, accepted?.body.length]).toEqual([100_000, 100_000]);
    await server.stop();
  });
});
