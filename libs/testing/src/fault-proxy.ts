import { createServer, type IncomingMessage, type RequestOptions, type Server, type ServerResponse } from 'node:http';
import { Agent, createServer as createSecureServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** What happens to a request instead of, or before, being handed on. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: object; readonly retryAfter?: number }
  /** It is handed on so many milliseconds later. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** It is handed on when that resolves, also if whoever sent it has given up: so late may a network deliver. */
  | { readonly kind: 'held'; readonly until: Promise<unknown> }
  /** The connection is closed without an answer. */
  | { readonly kind: 'cut' }
  /** Half of the answer, then the connection is closed. */
  | { readonly kind: 'half' };

export interface FaultRule {
  /** Which requests: by method and path with query. Default: all. */
  readonly when?: (method: string, path: string) => boolean;
  readonly fault: Fault;
  /** How many requests it befalls; default: all until `heal`. */
  readonly times?: number;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface FaultProxyOptions {
  /** `https://host:port` of what is behind. */
  readonly upstream: string;
  readonly ca?: string;
  /** Certificate to show upstream, when the callers themselves send no token. */
  readonly cert?: string;
  readonly key?: string;
  /** Callers that insist on TLS are shown this certificate; without one it speaks plain HTTP. */
  readonly shown?: { readonly cert: string; readonly key: string };
}

/** Stands on loopback before an HTTPS server, counts what passes, and breaks what it is told to. */
export class FaultProxy {
  /** Every request that was answered, by upstream or by a fault, oldest first. */
  readonly seen: SeenRequest[] = [];
  /** Requests that are here in whole and are held. */
  holding = 0;
  private readonly server: Server;
  private readonly agent: Agent;
  private readonly open = new Set<ServerResponse>();
  private readonly upgraded = new Set<Duplex>();
  private readonly delays = new Set<NodeJS.Timeout>();
  private rules: { rule: FaultRule; left: number }[] = [];

  constructor(private readonly options: FaultProxyOptions) {
    const { ca, cert, key, shown } = options;
    this.agent = new Agent({ keepAlive: true, ...(ca && { ca }), ...(cert && key && { cert, key }) });
    const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => this.handle(incoming, outgoing);
    this.server = shown ? createSecureServer(shown, handle) : createServer(handle);
    this.server.on('upgrade', (incoming, socket) => this.upgrade(incoming, socket));
  }

  /** Its address: `http://127.0.0.1:port`, or `https:` when it shows a certificate. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return `${this.options.shown ? 'https' : 'http'}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Later rules come after earlier ones; the first that matches and is not used up counts. */
  break(...rules: readonly FaultRule[]): void {
    this.rules.push(...rules.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY })));
  }

  heal(): void {
    this.rules = [];
  }

  /** Closes every connection on which an answer is under way: watches, above all. */
  cutOpen(): void {
    for (const response of this.open) response.socket?.destroy();
    for (const socket of this.upgraded) socket.destroy();
  }

  /** Requests since the last `forget` that match. */
  count(when: (seen: SeenRequest) => boolean = () => true): number {
    return this.seen.filter(when).length;
  }

  forget(): void {
    this.seen.length = 0;
  }

  async close(): Promise<void> {
    for (const delay of this.delays) clearTimeout(delay);
    this.agent.destroy();
    this.cutOpen();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const fault = this.faultFor(incoming.method ?? '', incoming.url ?? '');
    if (fault?.kind === 'cut') return void incoming.socket.destroy();
    if (fault?.kind === 'status') return this.refuse(incoming, outgoing, fault);
    const pass = (): void => this.pass(incoming, outgoing, fault?.kind === 'half');
    if (fault?.kind === 'slow') return this.later(fault.milliseconds, pass);
    if (fault?.kind === 'held') return void this.hold(incoming, outgoing, fault.until);
    pass();
  }

  private async hold(incoming: IncomingMessage, outgoing: ServerResponse, until: Promise<unknown>): Promise<void> {
    const body = await buffer(incoming).catch(() => null);
    // It broke off before it was whole: nobody could hand it on.
    if (!body) return;
    this.holding++;
    await until;
    this.holding--;
    this.pass(incoming, outgoing, false, body);
  }

  private later(milliseconds: number, act: () => void): void {
    const delay = setTimeout(() => {
      this.delays.delete(delay);
      act();
    }, milliseconds);
    this.delays.add(delay);
  }

  /** A WebSocket is handed on as it is, unless it is to be cut. */
  private upgrade(incoming: IncomingMessage, socket: Duplex): void {
    this.upgraded.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => this.upgraded.delete(socket));
    if (this.faultFor(incoming.method ?? '', incoming.url ?? '')) return void socket.destroy();
    const { host: _, ...headers } = incoming.headers;
    const onward = request(`${this.options.upstream}${incoming.url}`, { headers, agent: this.agent });
    const answer = ({ statusCode = 0, statusMessage, rawHeaders }: IncomingMessage): void => {
      this.note(incoming, statusCode);
      const lines = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
      socket.write(`HTTP/1.1 ${statusCode} ${statusMessage ?? ''}\r\n${lines.join('')}\r\n`);
    };
    onward.once('upgrade', (response, upstream) => {
      answer(response);
      upstream.on('error', () => socket.destroy()).once('close', () => socket.destroy());
      socket.once('close', () => upstream.destroy());
      upstream.pipe(socket).pipe(upstream);
    });
    onward.once('response', (response) => {
      answer(response);
      response.pipe(socket);
    });
    onward.once('error', () => socket.destroy()).end();
  }

  private faultFor(method: string, path: string): Fault | undefined {
    const found = this.rules.find(({ rule, left }) => left > 0 && (rule.when?.(method, path) ?? true));
    if (found) found.left--;
    return found?.rule.fault;
  }

  private refuse(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { status, body, retryAfter }: Extract<Fault, { kind: 'status' }>,
  ): void {
    this.note(incoming, status);
    incoming.resume();
    const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    const answer = body ?? { kind: 'Status', code: status, reason: 'Injected', message: 'injected' };
    outgoing.end(`${JSON.stringify(answer)}\n`);
  }

  /** `body`: it was read already. */
  private pass(incoming: IncomingMessage, outgoing: ServerResponse, half: boolean, body?: Buffer): void {
    const { host: _, ...headers } = incoming.headers;
    const options: RequestOptions = { method: incoming.method ?? 'GET', headers, agent: this.agent };
    const onward = request(`${this.options.upstream}${incoming.url}`, options, (answer) => {
      this.note(incoming, answer.statusCode ?? 0);
      if (outgoing.destroyed) return void answer.resume();
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      this.open.add(outgoing);
      if (half) return void answer.once('data', (chunk: Buffer) => this.breakOff(outgoing, chunk));
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    });
    onward.once('error', () => outgoing.destroy());
    outgoing.once('close', () => {
      this.open.delete(outgoing);
      // What was held gets there in any case.
      if (!body) onward.destroy();
    });
    if (body) return void onward.end(body);
    incoming.pipe(onward);
  }

  private breakOff(outgoing: ServerResponse, chunk: Buffer): void {
    outgoing.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => outgoing.socket?.destroy());
  }

  private note({ method = '', url: path = '' }: IncomingMessage, status: number): void {
    this.seen.push({ method, path, status });
  }
}
