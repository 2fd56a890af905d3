import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../src/index.js';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (request: Received, response: ServerResponse) => void | Promise<void>;

/** A real HTTP server that answers as the test says and remembers what came. */
export class TestServer {
  readonly received: Received[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(handler: Handler): Promise<TestServer> {
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const received = { method, path: url, headers, body: Buffer.concat(chunks).toString('latin1') };
        server.received.push(received);
        void handler(received, response);
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const server = new TestServer(http, `http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    return server;
  }

  to(path: string): Received[] {
    return this.received.filter((each) => each.path.split('?')[0] === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  const body = { type: 'about:blank', title: code, status, code, detail: `it is ${code}`, correlationId: 'c-1' };
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(JSON.stringify(body));
}

/** Pauses take no time and are remembered. Long ones are deadlines: they never come, unless `pass` says so. */
export class TestClock implements Clock {
  readonly pauses: number[] = [];
  private time = 0;
  private readonly waiting: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  pause(milliseconds: number, signal?: AbortSignal | null): Promise<void> {
    if (milliseconds >= 25_000) return this.deadline(signal);
    this.pauses.push(milliseconds);
    this.time += milliseconds;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets all deadlines that are waited for come. */
  pass(): void {
    for (const come of this.waiting.splice(0)) come();
  }

  private deadline(signal?: AbortSignal | null): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      signal?.addEventListener('abort', () => resolve());
    });
  }
}
