import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const PATH = '/signed-in';

/** As a provider is told of it. */
export const CALLBACK = `http://127.0.0.1${PATH}`;

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Berth</title>
<body style="font:16px/1.5 system-ui,sans-serif;margin:48px">The answer has arrived. This page can be closed; go on in the terminal.</body></html>`;

/** Where a browser on this machine is sent back to with what a provider says of a person (RFC 8252, section 7.3). */
export class Loopback {
  private resolve: (query: string) => void = () => undefined;
  private readonly arrival = new Promise<string>((resolve) => (this.resolve = resolve));

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (pathname !== PATH || search === '') return void response.writeHead(404).end();
      const headers = { 'content-type': 'text/html', 'cache-control': 'no-store', connection: 'close' };
      response.writeHead(200, headers).end(page);
      this.resolve(search.slice(1));
    });
  }

  static async open(): Promise<Loopback> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Loopback(server);
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${PATH}`;
  }

  /** The query that a browser came back with. Rejects with its reason when the signal aborts. */
  answer(signal: AbortSignal): Promise<string> {
    const ended = new Promise<never>((_, reject) => {
      const end = () => reject(signal.reason as Error);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
    return Promise.race([this.arrival, ended]);
  }

  close(): Promise<void> {
    this.server.closeIdleConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
