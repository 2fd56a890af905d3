import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One that is closed for being idle may meet the next request on its way. */
const neverIdle = { keepAliveTimeout: 0 };

/** Leads users to several clusters by turns, as a load balancer in front of them does. */
export class Front {
  /** How many answers came from each. */
  readonly answers = new Map<string, number>();
  private turn = 0;
  private targets: readonly string[] = [];
  private readonly server: Server = createServer(neverIdle, (incoming, outgoing) => {
    const target = this.targets[this.turn++ % this.targets.length];
    if (target === undefined) return void outgoing.writeHead(503).end();
    const { hostname, port } = new URL(target);
    const { url, headers } = incoming;
    const sent = request({ hostname, port, path: url, headers, agent: false }, (answer) => {
      this.answers.set(target, (this.answers.get(target) ?? 0) + 1);
      outgoing.writeHead(answer.statusCode ?? 502);
      answer.pipe(outgoing);
    });
    sent.once('error', (error) => outgoing.writeHead(502).end(String(error)));
    sent.end();
  });

  /** From the next request on. */
  leadTo(...targets: readonly string[]): void {
    this.targets = targets;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
