import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { EgressCounts } from '@berth/contracts/runtime';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { EgressMeter } from '../src/apps/egress-meter.js';
import { emptyKong, startTestGateway, startUpstream, type TestGateway, type TestUpstream, textOf } from './harness.js';

const [SHOP, BLOG] = ['shop.localhost', 'blog.localhost'];
const LONG = 'x'.repeat(300_000);

describe('what leaves for visitors', () => {
  let gateway: TestGateway;
  let app: TestUpstream;
  let sockets: WebSocketServer;
  let version: number;
  const door = { address: `127.63.${randomInt(256)}.${randomInt(1, 255)}`, port: 8_478, host: SHOP };

  beforeEach(async () => {
    version = 0;
    gateway = await startTestGateway(emptyKong);
    app = await startUpstream((incoming, response) => {
      response.setHeader('x-long', 'not a part of the body');
      if (incoming.url === '/long') return void response.end(LONG);
      if (incoming.url === '/pieces') return void response.write('12345', () => response.end('678'));
      response.end('ok');
    });
    sockets = new WebSocketServer({ noServer: true });
    app.server.on('upgrade', (incoming, socket, head) => {
      if (incoming.url === '/declined') return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      sockets.handleUpgrade(incoming, socket, head, (client) => client.send('x'.repeat(100)));
    });
  });
  afterEach(async () => {
    await gateway.close();
    sockets.close();
    await app.close();
  });

  const routeTo = (host: string, workloadId?: string) => ({
    ...{ host, upstreams: [{ id: `web-${host}`, host: '127.0.0.1', port: app.port }] },
    ...(workloadId !== undefined && { workloadId }),
  });
  const state = async (...routes: ReturnType<typeof routeTo>[]) => {
    const table = { version: ++version, routes, doors: [door] };
    expect((await gateway.control('PUT', '/routes', table)).status).toBe(200);
  };
  const get = (host: string, path = '/', method = 'GET') => gateway.call({ host, path, method });
  const counts = async () => JSON.parse((await gateway.control('GET', '/egress')).body) as EgressCounts;
  const accept = (told: EgressCounts) => gateway.control('POST', '/egress/accepted', told);
  const idOf = ({ items }: EgressCounts, id: string) => items.find(({ workloadId }) => workloadId === id)?.countingId;
  const bytes = async () => Object.fromEntries((await counts()).items.map((each) => [each.workloadId, each.bytes]));

  it('is the bodies of answers, to the byte, by workload, over all of its hosts', async () => {
    await state(routeTo(SHOP, 'w-shop'), routeTo('www.shop.localhost', 'w-shop'), routeTo(BLOG, 'w-blog'));
    await get(SHOP, '/long');
    await get('www.shop.localhost', '/pieces');
    await get(BLOG);
    await get(BLOG, '/long', 'HEAD');
    expect(await bytes()).toEqual({ 'w-shop': LONG.length + 8, 'w-blog': 2 });
  });

  it('goes on being counted whatever the table says', async () => {
    await state(routeTo(SHOP, 'w-shop'));
    await get(SHOP);
    await state(routeTo(BLOG, 'w-blog'));
    await state(routeTo(SHOP, 'w-shop'));
    await get(SHOP);
    expect(await bytes()).toEqual({ 'w-shop': 4 });
  });

  it('is neither what the gateway itself says, nor what no workload is named for', async () => {
    await state({ ...routeTo(SHOP, 'w-shop'), upstreams: [] }, routeTo(BLOG));
    expect((await get(SHOP)).status).toBe(503);
    expect((await get(BLOG)).status).toBe(200);
    expect((await get('unknown.localhost')).status).toBe(404);
    expect(await bytes()).toEqual({});
  });

  it('does not leave by a link to another app of this machine', async () => {
    await state(routeTo(SHOP, 'w-shop'));
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request({ host: door.address, port: door.port, agent: false }, (answer) => {
        textOf(answer).then(resolve, reject);
      });
      sent.once('error', reject).end();
    });
    expect(body).toBe('ok');
    expect(await bytes()).toEqual({});
  });

  it('leaves by WebSockets, too, with their frames; and when an app declines to open one', async () => {
    await state(routeTo(SHOP, 'w-shop'), routeTo(BLOG, 'w-blog'));
    const open = (host: string, path: string) =>
      new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, { headers: { host } });
    const client = open(SHOP, '/');
    await once(client, 'message');
    const declined = open(BLOG, '/declined');
    declined.on('error', () => undefined);
    const [, answer] = (await once(declined, 'unexpected-response')) as [unknown, Parameters<typeof textOf>[0]];
    expect(await textOf(answer)).toBe('no');
    // A frame of 100 bytes has two of its own.
    expect(await bytes()).toEqual({ 'w-shop': 102, 'w-blog': 2 });
    client.terminate();
  });

  it('is forgotten when it was written down and nothing was added since, and counts under another name then', async () => {
    await state(routeTo(SHOP, 'w-shop'), routeTo(BLOG, 'w-blog'));
    await get(SHOP);
    await get(BLOG);
    const before = await counts();
    await get(BLOG);
    expect((await accept(before)).status).toBe(200);
    expect(await bytes()).toEqual({ 'w-blog': 4 });
    await accept(before);
    await get(SHOP);
    await accept(before);
    const after = await counts();
    expect(await bytes()).toEqual({ 'w-blog': 4, 'w-shop': 2 });
    expect(idOf(after, 'w-blog')).toBe(idOf(before, 'w-blog'));
    expect(idOf(after, 'w-shop')).not.toBe(idOf(before, 'w-shop'));
  });

  it('is accepted as it was told, or not at all', async () => {
    for (const body of [{ items: [{ workloadId: 'w-shop' }] }, { items: 1 }, {}])
      expect((await gateway.control('POST', '/egress/accepted', body)).status).toBe(400);
  });

  it('takes no more memory than the traffic of one look, whoever was visited before', () => {
    const meter = new EgressMeter();
    for (let look = 0; look < 20; look++) {
      for (let each = 0; each < 5_000; each++) meter.add(`w-${look}-${each}`, 7);
      meter.add('w-always', 1);
      const told = meter.counts();
      expect(told.items).toHaveLength(5_001);
      meter.accept(told);
    }
    expect(meter.counts()).toEqual({ items: [] });
  });

  it('is counted under another name by another gateway, because it begins at nothing', async () => {
    await state(routeTo(SHOP, 'w-shop'));
    await get(SHOP);
    const other = await startTestGateway(emptyKong);
    expect((await other.control('PUT', '/routes', { version: 1, routes: [routeTo(SHOP, 'w-shop')] })).status).toBe(200);
    expect(JSON.parse((await other.control('GET', '/egress')).body)).toEqual({ items: [] });
    await other.call({ host: SHOP, path: '/' });
    const told = JSON.parse((await other.control('GET', '/egress')).body) as EgressCounts;
    await other.close();
    expect(idOf(await counts(), 'w-shop')).toMatch(/^[0-9a-f-]{36}$/);
    expect(idOf(await counts(), 'w-shop')).not.toBe(idOf(told, 'w-shop'));
    expect(await counts()).toEqual(await counts());
  });
});
