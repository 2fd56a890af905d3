import { afterEach, describe, expect, it } from '@jest/globals';
import { answerOf, ApiProblem, createClient, MemoryTokenStore, ServerUnreachable } from '../src/index.js';
import { type Handler, json, problem, TestServer } from './server.js';

const me = { id: 'u', email: 'ann@example.com', displayName: null, administrator: false, generation: 1, createdAt: '' };

/** Knows one valid access token and one valid refresh token; each renewal replaces both. */
function authority() {
  let generation = 1;
  const handler: Handler = async (request, response) => {
    if (request.path === '/v1/auth/refresh') {
      const { refreshToken } = JSON.parse(request.body) as { refreshToken: string };
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (refreshToken !== `refresh-${generation}`) return problem(response, 401, 'refresh_invalid');
      generation += 1;
      return json(response, { accessToken: `access-${generation}`, refreshToken: `refresh-${generation}` });
    }
    const isValid = request.headers.authorization === `Bearer access-${generation}`;
    return isValid ? json(response, me) : problem(response, 401, 'unauthenticated');
  };
  return { handler, expire: () => (generation += 1) };
}

describe('tokens', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('sends the access token', async () => {
    server = await TestServer.start(authority().handler);
    const tokens = new MemoryTokenStore({ accessToken: 'access-1', refreshToken: 'refresh-1' });
    const answer = await answerOf(createClient({ baseUrl: `${server.url}/`, tokens }).GET('/v1/me'));
    expect(answer.email).toBe('ann@example.com');
    expect(server.received).toHaveLength(1);
  });

  it('renews once for requests that are refused together, and repeats each of them', async () => {
    server = await TestServer.start(authority().handler);
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'refresh-1' });
    const client = createClient({ baseUrl: server.url, tokens });
    const answers = await Promise.all(Array.from({ length: 8 }, () => answerOf(client.GET('/v1/me'))));
    expect(answers).toHaveLength(8);
    expect(server.to('/v1/auth/refresh')).toHaveLength(1);
    expect(await tokens.read()).toEqual({ accessToken: 'access-2', refreshToken: 'refresh-2' });
  });

  it('takes the token that another client of the same store has renewed', async () => {
    server = await TestServer.start(authority().handler);
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'refresh-1' });
    const clients = [1, 2, 3].map(() => createClient({ baseUrl: server.url, tokens }));
    await Promise.all(clients.map((client) => client.GET('/v1/me')));
    expect(server.to('/v1/auth/refresh')).toHaveLength(1);
  });

  it('repeats the body of a refused request', async () => {
    const { handler } = authority();
    server = await TestServer.start(handler);
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'refresh-1' });
    const client = createClient({ baseUrl: server.url, tokens });
    await client.POST('/v1/organizations', { body: { slug: 'acme' } });
    const [refused, accepted] = server.to('/v1/organizations');
    expect(accepted?.body).toBe('{"slug":"acme"}');
    expect(accepted?.headers['idempotency-key']).toBe(refused?.headers['idempotency-key']);
  });

  it('forgets tokens whose session has ended, and answers 401', async () => {
    server = await TestServer.start(authority().handler);
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'used before' });
    const call = createClient({ baseUrl: server.url, tokens }).GET('/v1/me');
    await expect(call).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(await tokens.read()).toBeUndefined();
  });

  it.each(['credentials_invalid', 'second_factor_required'])(
    'sends once what is answered 401 %s, and renews nothing',
    async (code) => {
      server = await TestServer.start((_, response) => problem(response, 401, code));
      const tokens = new MemoryTokenStore({ accessToken: 'access-1', refreshToken: 'refresh-1' });
      const call = createClient({ baseUrl: server.url, tokens }).POST('/v1/auth/login', {
        body: { email: 'ann@example.com', password: 'wrong' },
      });
      await expect(call).rejects.toMatchObject({ status: 401, code });
      expect(server.received.map(({ path }) => path)).toEqual(['/v1/auth/login']);
    },
  );

  it('keeps tokens when renewing fails for another reason, and sends the refresh token only once', async () => {
    server = await TestServer.start((request, response) => {
      if (request.path === '/v1/auth/refresh') return void response.destroy();
      problem(response, 401, 'unauthenticated');
    });
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'refresh-1' });
    const call = createClient({ baseUrl: server.url, tokens }).PATCH('/v1/me', { body: {} });
    await expect(call).rejects.toBeInstanceOf(ServerUnreachable);
    expect(server.to('/v1/auth/refresh')).toHaveLength(1);
    expect(await tokens.read()).toEqual({ accessToken: 'ended', refreshToken: 'refresh-1' });
  });

  it('sends the refresh token once also when requests that were refused together cannot be helped', async () => {
    server = await TestServer.start((request, response) => {
      if (request.path === '/v1/auth/refresh') return void setTimeout(() => response.destroy(), 100);
      problem(response, 401, 'unauthenticated');
    });
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: 'refresh-1' });
    const client = createClient({ baseUrl: server.url, tokens });
    await Promise.allSettled([1, 2, 3].map(() => client.PATCH('/v1/me', { body: {} })));
    expect(server.to('/v1/auth/refresh')).toHaveLength(1);
  });

  it('does not renew the token of a machine', async () => {
    server = await TestServer.start(authority().handler);
    const tokens = new MemoryTokenStore({ accessToken: 'ended', refreshToken: null });
    const call = createClient({ baseUrl: server.url, tokens }).GET('/v1/me');
    await expect(call).rejects.toBeInstanceOf(ApiProblem);
    expect(server.received).toHaveLength(1);
  });

  it('sends no token when there is none', async () => {
    server = await TestServer.start((_, response) => json(response, { accessToken: 'a' }));
    const client = createClient({ baseUrl: server.url, tokens: new MemoryTokenStore() });
    await client.POST('/v1/auth/login', { body: { email: 'a@b.example', password: 'x' } });
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });
});
