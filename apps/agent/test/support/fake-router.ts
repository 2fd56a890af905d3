import type { AnswerCount, EgressCounts, RouteTable, Upstream } from '@berth/contracts/runtime';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppRouter } from '../../src/router/app-router.js';

/** A router that remembers what it was told and, once started, is a tiny real proxy for the first host. */
export class FakeRouter implements AppRouter {
  readonly tables: RouteTable[] = [];
  /** Publishing fails while true. */
  broken = false;
  /** What it says that was answered. */
  counted: AnswerCount[] = [];
  left: EgressCounts = { items: [] };
  accepted: EgressCounts[] = [];
  /** Milliseconds until a table takes effect. */
  slowness = 0;
  private readonly inFlight = new Map<string, number>();
  private readonly pool = new Agent({ keepAlive: true });
  private server: Server | undefined;
  private turn = 0;

  async publish(table: RouteTable): Promise<void> {
    if (this.broken) throw new Error('the router is down');
    await new Promise((resolve) => setTimeout(resolve, this.slowness));
    this.tables.push(table);
  }

  async drain(upstreamId: string, timeoutMilliseconds: number): Promise<void> {
    const deadline = Date.now() + timeoutMilliseconds;
    while ((this.inFlight.get(upstreamId) ?? 0) > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  answers(): Promise<AnswerCount[]> {
    return Promise.resolve(this.counted);
  }

  egress(): Promise<EgressCounts> {
    return Promise.resolve(this.left);
  }

  async acceptEgress(counts: EgressCounts): Promise<void> {
    this.accepted.push(counts);
  }

  upstreams(host: string): Upstream[] {
    return this.tables.at(-1)?.routes.find((route) => route.host === host)?.upstreams ?? [];
  }

  /** Starts the proxy. Answers its URL. */
  async serve(host: string): Promise<string> {
    this.server = createServer((incoming, outgoing) => {
      const upstreams = this.upstreams(host);
      const upstream = upstreams[this.turn++ % Math.max(1, upstreams.length)];
      if (!upstream) return void outgoing.writeHead(503).end('no upstream');
      this.count(upstream.id, 1);
      outgoing.once('close', () => this.count(upstream.id, -1));
      const target = { host: upstream.host, port: upstream.port, path: incoming.url, agent: this.pool };
      const sent = request(target, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502);
        answer.pipe(outgoing);
      });
      sent.once('error', (error) => outgoing.writeHead(502).end(error.message));
      sent.end();
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.pool.destroy();
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }

  private count(id: string, change: number): void {
    this.inFlight.set(id, (this.inFlight.get(id) ?? 0) + change);
  }
}
