import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppRouter } from '@berth/agent';
import { type AnswerCount, type EgressCounts, type RouteTable, spelled } from '@berth/contracts/runtime';

type Route = RouteTable['routes'][number];

/** Requests to an instance. */
interface UnderWay {
  count: number;
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** The least that routes by host and path as the gateway does. */
export class TinyRouter implements AppRouter {
  private table: RouteTable | undefined;
  private readonly underWay = new Map<string, UnderWay>();
  private readonly server: Server = createServer((incoming, outgoing) => {
    const route = this.routeOf((incoming.headers.host ?? '').split(':')[0] ?? '', incoming.url);
    // Nobody who asks here has a password, or comes from anywhere that is allowed.
    if (route?.protection) return void outgoing.writeHead(route.protection.allow ? 403 : 401).end();
    const upstream = route?.upstreams[0];
    if (!upstream) return void outgoing.writeHead(404, { 'x-berth-router': 'no-route' }).end();
    const target = { host: upstream.host, port: upstream.port, path: incoming.url, agent: false };
    const done = this.begin(upstream.id);
    outgoing.once('close', done);
    const sent = request(target, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502);
      answer.pipe(outgoing);
    });
    sent.once('error', () => outgoing.writeHead(502, { 'x-berth-router': 'no-answer' }).end());
    sent.end();
  });

  async publish(table: RouteTable): Promise<void> {
    this.table = table;
  }

  /** As soon as nothing is under way there any more. */
  async drain(upstreamId: string): Promise<void> {
    while (this.underWay.has(upstreamId)) await this.underWay.get(upstreamId)?.over;
  }

  answers(): Promise<AnswerCount[]> {
    return Promise.resolve([]);
  }

  egress(): Promise<EgressCounts> {
    return Promise.resolve({ items: [] });
  }

  async acceptEgress(): Promise<void> {
    // Nothing is counted.
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async upstreamOf(host: string): Promise<string> {
    const upstream = this.routeOf(host)?.upstreams[0];
    if (!upstream) throw new Error(`${host} is not routed`);
    return `http://${upstream.host}:${upstream.port}`;
  }

  /** Of each instance of what has the host; none when it is not routed. */
  upstreamsOf(host: string): string[] {
    const routed = this.table?.routes.find((route) => spelled(route) === host);
    return (routed?.upstreams ?? []).map(({ host: address, port }) => `http://${address}:${port}`);
  }

  private begin(upstreamId: string): () => void {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const all = this.underWay.get(upstreamId) ?? { count: 0, over, end };
    all.count++;
    this.underWay.set(upstreamId, all);
    return () => {
      if (--all.count > 0) return;
      this.underWay.delete(upstreamId);
      all.end();
    };
  }

  private routeOf(host: string, target = '/'): Route | undefined {
    const wanted = `${host}${target.split('?')[0]}/`;
    const fitting = (this.table?.routes ?? []).filter((route) => wanted.startsWith(`${spelled(route)}/`));
    return fitting.sort((one, other) => spelled(other).length - spelled(one).length)[0];
  }
}
