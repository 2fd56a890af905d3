import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Clock } from '@berth/service-kit';
import { KubeClient, Transport } from '../../src/index.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

type Say = (response: ServerResponse, asked: Asked) => void;

/** Waits for nothing and notes for how long it would have; its time goes on when a test says so. */
export class NotingClock extends Clock {
  readonly pauses: number[] = [];
  elapsed = 0;
  /** What happens while something waits. */
  onPause: () => void = () => undefined;

  override monotonic(): number {
    return this.elapsed;
  }

  override pause(milliseconds: number): Promise<void> {
    this.pauses.push(milliseconds);
    this.onPause();
    return Promise.resolve();
  }
}

export const answer =
  (status: number, body: object | string = {}, headers: Record<string, string> = {}): Say =>
  (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, headers).end(text);
  };

export const refusal = (status: number, reason: string, headers: Record<string, string> = {}): Say =>
  answer(status, { kind: 'Status', status: 'Failure', code: status, reason, message: `it is ${reason}` }, headers);

/** No answer: the connection is gone. */
export const hangUp: Say = (response) => void response.socket?.destroy();

/** Begins to answer, and is gone in the middle of it. */
export const breakOff =
  (text: string): Say =>
  (response) => {
    response.writeHead(200, { 'content-length': String(text.length + 100) });
    response.write(text, () => response.socket?.destroy());
  };

/** An API server that answers as it was told, one request after another; the last answer for ever. */
export class ScriptedServer {
  readonly asked: Asked[] = [];
  /** Those of WebSockets included, which a server does not close by itself. */
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly http: Server,
    private script: readonly Say[],
  ) {}

  static async start(): Promise<ScriptedServer> {
    const http = createServer((request, response) => void server.take(request, response));
    const server = new ScriptedServer(http, []);
    http.on('connection', (socket) => server.sockets.add(socket));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  will(...script: readonly Say[]): void {
    this.asked.length = 0;
    this.script = script;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://server');
    const text = Buffer.concat(chunks).toString();
    const { authorization, 'content-type': contentType } = request.headers;
    const asked: Asked = {
      ...{ method: request.method ?? '', path: url.pathname, query: url.searchParams, authorization, contentType },
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.asked.push(asked);
    const say = this.script[Math.min(this.asked.length, this.script.length) - 1];
    if (!say) throw new Error('The test says nothing about what the server answers.');
    say(response, asked);
  }
}

/** A client of the server, whose waiting is noted. */
export function clientOf(server: ScriptedServer, token?: (refused?: string) => string) {
  const clock = new NotingClock();
  const transport = new Transport({ server: server.url, ...(token && { token }) }, clock);
  return { clock, transport, client: new KubeClient(transport) };
}
