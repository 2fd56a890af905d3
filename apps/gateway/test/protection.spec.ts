import { once } from 'node:events';
import type { Protection } from '@berth/contracts/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashSync } from 'bcrypt';
import { WebSocket, WebSocketServer } from 'ws';
import { echoed, emptyKong, startTestGateway, startUpstream, type TestGateway, type TestUpstream } from './harness.js';

const HOST = 'shop.localhost';
const login = (username: string, password: string) => ({ username, passwordHash: hashSync(password, 4) });
const logins = (...known: ReturnType<typeof login>[]) => ({ version: '0123456789abcdef', known });
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const staging: Protection = { logins: logins(login('ann', 'pass:wörd'), login('ben', 'other')) };

let gateway: TestGateway;
let upstream: TestUpstream;
let sockets: WebSocketServer;
let version = 0;
beforeAll(async () => {
  gateway = await startTestGateway(emptyKong, { trustedProxies: ['127.0.0.1/32', '192.0.2.0/24'] });
  upstream = await startUpstream();
  sockets = new WebSocketServer({ server: upstream.server });
  sockets.on('connection', (client, { headers }) => client.send(`hello ${headers.authorization}`));
});
afterAll(async () => {
  await gateway.close();
  sockets.close();
  await upstream.close();
});

const upstreamsOf = () => [{ id: 'one', host: '127.0.0.1', port: upstream.port }];
const put = async (...routes: object[]) =>
  expect((await gateway.control('PUT', '/routes', { version: ++version, routes })).status).toBe(200);
const protect = (protection?: Protection, more: object = {}) =>
  put({ host: HOST, upstreams: upstreamsOf(), ...(protection && { protection }), ...more });
const ask = (headers: Record<string, string> = {}, path = '/') => gateway.call({ host: HOST, path, headers });
const statusOf = async (headers: Record<string, string> = {}) => (await ask(headers)).status;
const from = (addresses: string) => ({ 'x-forwarded-for': addresses });

describe('an app behind a password', () => {
  it('asks for it, and says so to browsers', async () => {
    await protect(staging);
    const refused = await ask();
    expect(refused).toMatchObject({ status: 401, headers: { 'cache-control': 'no-store' } });
    expect(refused.headers['www-authenticate']).toBe(`Basic realm="${HOST}", charset="UTF-8"`);
  });

  it('is reached with any of its names, each with its own password', async () => {
    await protect(staging);
    expect(await Promise.all(['ann:pass:wörd', 'ben:other'].map((each) => statusOf(basic(each))))).toEqual([200, 200]);
    for (const wrong of ['ann:other', 'ben:pass:wörd', 'Ann:pass:wörd', 'ann:', 'nobody:other', ':', 'ann'])
      expect([wrong, await statusOf(basic(wrong))]).toEqual([wrong, 401]);
  });

  it.each(['Bearer abc', 'Basic', 'Basic !!!', 'Basic YW5u YW5u'])('is not reached with %s', async (authorization) => {
    await protect(staging);
    expect(await statusOf({ authorization })).toBe(401);
  });

  it('compares no more of a password than bcrypt does', async () => {
    const long = 'x'.repeat(72);
    await protect({ logins: logins(login('ann', long)) });
    expect([await statusOf(basic(`ann:${long}`)), await statusOf(basic(`ann:${long}y`))]).toEqual([200, 401]);
  });

  it('is not told the password', async () => {
    await protect(staging);
    expect(echoed(await ask(basic('ben:other'))).headers).not.toHaveProperty('authorization');
  });

  it('is told what is not for the wall', async () => {
    await protect({ allow: ['0.0.0.0/0', '::/0'] });
    expect(echoed(await ask(basic('ben:other'))).headers).toMatchObject(basic('ben:other'));
  });

  it('is closed at once to a password that was changed, although it was right before', async () => {
    await protect(staging);
    expect(await statusOf(basic('ben:other'))).toBe(200);
    await protect({ logins: logins(login('ben', 'new')) });
    expect([await statusOf(basic('ben:other')), await statusOf(basic('ben:new'))]).toEqual([401, 200]);
  });

  it('is closed to everybody when nobody is known', async () => {
    await protect({ logins: logins() });
    expect(await statusOf(basic('ben:other'))).toBe(401);
  });

  it('takes the body of a request that it lets in', async () => {
    await protect(staging);
    const answer = await gateway.call({ method: 'POST', host: HOST, headers: basic('ben:other'), body: 'order' });
    expect(echoed(answer)).toMatchObject({ method: 'POST', body: 'order' });
  });

  it('opens no WebSocket without it', async () => {
    await protect(staging);
    const open = (headers: object) =>
      new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { headers: { host: HOST, ...headers } });
    const [, refused] = await once(open({}), 'unexpected-response');
    expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([401, expect.stringContaining('Basic')]);
    refused.resume();
    const client = open(basic('ann:pass:wörd'));
    expect(String((await once(client, 'message'))[0])).toBe('hello undefined');
    client.close();
    await once(client, 'close');
  });
});

describe('an app that is for some addresses', () => {
  const office: Protection = { allow: ['198.51.100.0/24', '2001:db8::/32'] };

  it.each([
    ['198.51.100.7', 200],
    ['2001:db8::1', 200],
    ['::ffff:198.51.100.7', 200],
    ['198.51.101.7', 403],
    ['2001:db9::1', 403],
    ['unknown', 403],
    ['198.51.100.7:8080', 403],
    // The proxy itself, and one behind it that is trusted, too: what that one says counts.
    ['', 403],
    ['198.51.100.7, 192.0.2.1', 200],
    // Whoever asks can write anything in front of where it comes from.
    ['198.51.100.7, 203.0.113.9', 403],
    ['198.51.100.7, 203.0.113.9, 192.0.2.1', 403],
  ])('a visitor from "%s" is answered %i', async (addresses, status) => {
    await protect(office);
    expect(await statusOf(addresses === '' ? {} : from(addresses))).toBe(status);
  });

  it('believes nobody where no proxy is trusted', async () => {
    const own = await startTestGateway(emptyKong);
    const routes = [{ host: HOST, upstreams: upstreamsOf(), protection: office }];
    await own.control('PUT', '/routes', { version: 1, routes });
    expect((await own.call({ host: HOST, headers: from('198.51.100.7') })).status).toBe(403);
    await own.close();
  });

  it('asks for a password only where it is reached from', async () => {
    await protect({ ...office, ...staging });
    const right = basic('ben:other');
    expect(await statusOf({ ...from('203.0.113.9'), ...right })).toBe(403);
    expect(await statusOf(from('198.51.100.7'))).toBe(401);
    expect(await statusOf({ ...from('198.51.100.7'), ...right })).toBe(200);
  });
});

describe('a protected route', () => {
  it('protects its path, and leaves the rest of the host to others', async () => {
    const rest = { host: HOST, upstreams: upstreamsOf() };
    await put(rest, { ...rest, path: '/admin', protection: staging });
    const asked = ['/', '/admin', '/admin/users?a', '/administrators'];
    const statuses = await Promise.all(asked.map(async (path) => (await ask({}, path)).status));
    expect(statuses).toEqual([200, 401, 401, 200]);
  });

  it('protects its canary as itself, and says nothing of whether anything runs there', async () => {
    await protect(staging, { canary: { weight: 100, upstreams: upstreamsOf() } });
    expect([await statusOf(), await statusOf(basic('ben:other'))]).toEqual([401, 200]);
    await protect(staging, { upstreams: [] });
    expect([await statusOf(), await statusOf(basic('ben:other'))]).toEqual([401, 503]);
  });

  it('is open again when it is protected no more', async () => {
    await protect(staging);
    expect(await statusOf()).toBe(401);
    await protect();
    expect(await statusOf()).toBe(200);
  });

  it('lets in who comes by a link: that is no visitor', async () => {
    const door = { address: '127.91.7.3', port: 8_479, host: HOST };
    const routes = [{ host: HOST, upstreams: upstreamsOf(), protection: staging }];
    await gateway.control('PUT', '/routes', { version: ++version, routes, doors: [door] });
    const answer = await fetch(`http://${door.address}:${door.port}/`);
    expect(answer.status).toBe(200);
    await answer.text();
  });

  it('is not taken with networks or passwords that cannot be compared', async () => {
    for (const protection of [
      { allow: ['everywhere'] },
      { allow: [] },
      { logins: logins({ username: 'a', passwordHash: 'plain' }) },
    ]) {
      const routes = [{ host: HOST, upstreams: upstreamsOf(), protection }];
      expect((await gateway.control('PUT', '/routes', { version: ++version, routes })).status).toBe(400);
    }
  });
});
