import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { drainRequest, type EgressCounts, egressCounts, type RouteTable, routeTable } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../src/clock.js';
import { RouteBook } from '../src/router/route-book.js';
import { RouterClient } from '../src/router/router-client.js';
import { FakeRouter } from './support/fake-router.js';

const logger = pino({ level: 'silent' });
const upstream = (id: string) => ({ id, host: '127.0.0.1', port: 4_000 });
const tableOf = (version: number): RouteTable => ({
  version,
  routes: [{ host: 'a.localhost', upstreams: [upstream('web-1')] }],
});

const left = { items: [{ workloadId: 'w', countingId: 'first', bytes: 2 ** 40 }] };

/** The control socket of a gateway, which forgets its routes when it is started anew. */
class Gateway {
  table: RouteTable | undefined;
  drained: string[] = [];
  accepted: EgressCounts[] = [];
  private server: Server | undefined;

  constructor(private readonly socketPath: string) {}

  async start(): Promise<void> {
    this.table = undefined;
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const answer = this.answer(`${request.method} ${request.url}`, Buffer.concat(chunks).toString());
        response.writeHead(answer === 'conflict' ? 409 : 200).end(answer);
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(this.socketPath, resolve));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }

  private answer(route: string, body: string): string {
    if (route === 'PUT /routes') {
      const table = routeTable.parse(JSON.parse(body));
      if (this.table && table.version < this.table.version) return 'conflict';
      this.table = table;
    }
    if (route === 'POST /drain') this.drained.push(drainRequest.parse(JSON.parse(body)).upstreamId);
    if (route === 'GET /egress') return JSON.stringify(left);
    if (route === 'POST /egress/accepted') this.accepted.push(egressCounts.parse(JSON.parse(body)));
    return route === 'POST /drain' ? '{"inFlight":0}' : JSON.stringify({ version: this.table?.version ?? null });
  }
}

describe('the client of the gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'router-'));
  const socketPath = join(folder, 'control.sock');
  let gateway: Gateway;
  let client: RouterClient;

  beforeEach(async () => {
    gateway = new Gateway(socketPath);
    await gateway.start();
    client = new RouterClient({ socketPath, logger });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    client.close();
    await gateway.stop();
    rmSync(socketPath, { force: true });
  });

  it('states the table, drains, and asks what left', async () => {
    await client.publish(tableOf(1));
    expect(gateway.table).toEqual(tableOf(1));
    await client.drain('web-1', 1_000);
    expect(gateway.drained).toEqual(['web-1']);
    expect(await client.egress()).toEqual(left);
    await client.acceptEgress(left);
    expect(gateway.accepted).toEqual([left]);
  });

  it('states the table again to a gateway that was started anew', async () => {
    await client.publish(tableOf(7));
    await gateway.stop();
    await gateway.start();
    await eventually(() => expect(gateway.table).toEqual(tableOf(7)));
  });

  it('rejects while nobody answers, and brings the table later', async () => {
    await gateway.stop();
    await expect(client.publish(tableOf(8))).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    await gateway.start();
    await eventually(() => expect(gateway.table).toEqual(tableOf(8)));
  });

  it('gets its tables through to a gateway that holds a later version of a former agent', async () => {
    await client.publish(tableOf(900));
    const later = new RouterClient({ socketPath, logger });
    await later.publish({ ...tableOf(5), routes: [] });
    expect(gateway.table).toEqual({ version: 901, routes: [] });
    await later.publish(tableOf(6));
    expect(gateway.table).toEqual(tableOf(902));
    later.close();
  });

  it('leaves a gateway alone that has the table', async () => {
    await client.publish(tableOf(2));
    const held = gateway.table;
    await client.drain('web-1', 1);
    await new Promise((resolve) => systemClock.after(1_200, () => resolve(undefined)));
    expect(gateway.table).toBe(held);
  });
});

describe('the route book', () => {
  let router: FakeRouter;
  let effective: number;
  let book: RouteBook;

  beforeEach(() => {
    router = new FakeRouter();
    effective = 0;
    book = new RouteBook(router, systemClock, logger, () => effective++);
  });
  afterEach(() => book.close());

  const routesOf = (...ids: string[]) => ({ hosts: ['a.localhost', 'b.localhost'], upstreams: ids.map(upstream) });

  it('states all workloads at once under rising versions, and nothing when nothing changed', async () => {
    book.set('one', routesOf('web-1'));
    book.set('two', { hosts: ['c.localhost'], upstreams: [] });
    const hosts = ['a.localhost', 'b.localhost', 'c.localhost'];
    await eventually(() => expect(router.tables.at(-1)?.routes.map(({ host }) => host)).toEqual(hosts));
    await eventually(() => expect(book.accepts('one', { host: 'b.localhost' })).toBe(true));
    expect(book.accepts('two', { host: 'c.localhost' })).toBe(false);
    const count = router.tables.length;
    book.set('one', routesOf('web-1'));
    await Promise.resolve();
    expect(router.tables).toHaveLength(count);
    const versions = router.tables.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('believes a route only when the router has taken it, and tries until it does', async () => {
    router.broken = true;
    book.set('one', routesOf('web-1'));
    await Promise.resolve();
    expect(book.isRouted('web-1')).toBe(false);
    router.broken = false;
    await eventually(() => expect(book.isRouted('web-1')).toBe(true));
    expect(effective).toBe(1);
  });

  it('leaves a host with whom it has it while another is stated to have it, too', async () => {
    const own = (host: string, id: string) => ({ hosts: ['shop.example.com', host], upstreams: [upstream(id)] });
    const ofShop = () => router.tables.at(-1)?.routes.filter(({ host }) => host === 'shop.example.com');
    book.set('two', own('b.localhost', 'web-2'));
    await eventually(() => expect(book.accepts('two', { host: 'shop.example.com' })).toBe(true));
    book.set('one', own('a.localhost', 'web-1'));
    await eventually(() => expect(book.accepts('one', { host: 'a.localhost' })).toBe(true));
    expect(ofShop()).toMatchObject([{ workloadId: 'two' }]);
    expect([
      book.accepts('one', { host: 'shop.example.com' }),
      book.accepts('two', { host: 'shop.example.com' }),
    ]).toEqual([false, true]);
    book.set('two', null);
    await eventually(() => expect(book.accepts('one', { host: 'shop.example.com' })).toBe(true));
    expect(ofShop()).toMatchObject([{ workloadId: 'one' }]);
  });

  it('states paths beside hosts, and says of each whether it is led somewhere', async () => {
    const paths = [{ host: 'shop.example.com', path: '/api' }];
    book.set('one', { hosts: ['a.localhost'], paths, upstreams: [upstream('web-1')] });
    const shop = { hosts: ['shop.example.com'], upstreams: [upstream('web-2')] };
    book.set('two', { ...shop, canary: { weight: 25, upstreams: [upstream('web-3')] } });
    await eventually(() =>
      expect(router.tables.at(-1)?.routes.map(({ host, path, workloadId }) => [workloadId, host, path])).toEqual([
        ['one', 'a.localhost', undefined],
        ['one', 'shop.example.com', '/api'],
        ['two', 'shop.example.com', undefined],
      ]),
    );
    const [whole, api] = [{ host: 'shop.example.com' }, paths[0]!];
    await eventually(() => expect(book.accepts('two', whole)).toBe(true));
    expect([book.accepts('one', api), book.accepts('one', whole), book.accepts('two', api)]).toEqual([
      ...[true, false, false],
    ]);
    expect(book.canaryWeight('shop.example.com')).toBe(25);
  });

  it('states what visitors have to pass on all places, and publishes it anew when only that changes', async () => {
    const routes = { ...routesOf('web-1'), paths: [{ host: 'shop.example.com', path: '/api' }] };
    const protections = () => router.tables.at(-1)?.routes.map(({ protection }) => protection);
    for (const protection of [{ allow: ['192.0.2.0/24'] }, { allow: ['192.0.2.1/32'] }]) {
      book.set('one', { ...routes, protection });
      await eventually(() => expect(protections()).toEqual([protection, protection, protection]));
    }
    book.set('one', routes);
    await eventually(() => expect(protections()).toEqual([undefined, undefined, undefined]));
  });

  it('says when an upstream is gone from the table in effect, also for a change made while one took effect', async () => {
    book.set('one', routesOf('web-1', 'web-2'));
    await eventually(() => expect(book.isRouted('web-2')).toBe(true));
    for (const left of [['web-1'], []]) {
      const gone = book.gone(left.length === 1 ? 'web-2' : 'web-1', 5_000);
      book.set('one', routesOf(...left));
      await gone;
      expect(router.tables.at(-1)?.routes[0]?.upstreams).toHaveLength(left.length);
    }
  });

  it('loses no change that is made the moment another takes effect', async () => {
    let follow = 5;
    book = new RouteBook(router, systemClock, logger, () =>
      queueMicrotask(() => {
        if (follow-- > 0) book.set('one', routesOf(`web-${follow}`));
      }),
    );
    book.set('one', routesOf('web-9'));
    await eventually(() => expect(book.isRouted('web-0')).toBe(true));
  });

  it('stops waiting for a router that is silent', async () => {
    book.set('one', routesOf('web-1'));
    await eventually(() => expect(book.isRouted('web-1')).toBe(true));
    router.broken = true;
    book.set('one', null);
    await book.gone('web-1', 50);
    expect(book.isRouted('web-1')).toBe(true);
  });
});
