import { type ClientRequest, type IncomingMessage, request as sendRequest, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { UpstreamAgents } from './agents.js';
import { type HeaderList, responseHeaders } from './headers.js';
import type { Failure, PickTarget, Target, Timeouts } from './target.js';

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** Bytes that came right behind the request's headers. */
  readonly head: Buffer;
  readonly pick: PickTarget;
  /** Path and query for the upstream. */
  readonly path: string;
  readonly headers: string[];
  /** Told of all bytes that are passed on to the client. Absent where nobody counts. */
  readonly sent?: ((bytes: number) => void) | undefined;
  readonly fail: (failure: Failure, error?: Error) => void;
}

/** Passes upgraded connections (WebSocket) through; each counts on its upstream until it closes. */
export class UpgradeTunnels {
  private readonly sockets = new Set<Duplex>();

  constructor(
    private readonly agents: UpstreamAgents,
    private readonly timeouts: Timeouts,
  ) {}

  open(upgrade: Upgrade): void {
    const { socket } = upgrade;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    this.attempt(upgrade, new Set());
  }

  refuse(socket: Duplex, page: { status: number; text: string }, headers: HeaderList): void {
    socket.on('error', () => socket.destroy());
    socket.end(`${head(page.status, undefined, [...headers, 'Connection', 'close'])}${page.text}\n`);
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private attempt(upgrade: Upgrade, refused: Set<string>): void {
    const target = upgrade.pick(refused);
    if (!target) return upgrade.fail(refused.size > 0 ? 'unreachable' : 'no_upstream');
    const outgoing = this.send(upgrade, target);
    let connected = false;
    let answered = false;
    let upgraded = false;
    outgoing.once('socket', (socket) => socket.once('connect', () => (connected = true)));
    outgoing.once('timeout', () => outgoing.destroy(new Error('the upstream is silent')));
    outgoing.once('close', () => upgraded || target.release());
    outgoing.once('upgrade', (answer, upstream, first) => {
      answered = upgraded = true;
      upstream.once('close', () => target.release());
      join(upgrade, answer, upstream, first);
    });
    outgoing.once('response', (answer) => {
      answered = true;
      pass(upgrade, answer);
    });
    outgoing.on('error', (error) => {
      if (answered) return void upgrade.socket.destroy();
      if (upgrade.socket.destroyed) return;
      if (connected) return upgrade.fail('reset', error);
      this.attempt(upgrade, refused.add(target.id));
    });
    upgrade.socket.once('close', () => outgoing.destroy());
    outgoing.end();
  }

  private send({ request, path, headers }: Upgrade, target: Target): ClientRequest {
    return sendRequest({
      host: target.host,
      port: target.port,
      method: request.method,
      path,
      headers,
      agent: this.agents.fresh,
      setHost: false,
      timeout: this.timeouts.answerMilliseconds,
    });
  }
}

function join({ socket, head: early, sent }: Upgrade, answer: IncomingMessage, upstream: Socket, first: Buffer): void {
  const upgraded = ['Connection', 'Upgrade', 'Upgrade', answer.headers.upgrade ?? 'websocket'];
  socket.write(head(101, answer.statusMessage, [...responseHeaders(answer, []), ...upgraded]));
  upstream.setTimeout(0);
  upstream.setNoDelay(true);
  upstream.on('error', () => socket.destroy());
  upstream.once('close', () => socket.end(() => socket.destroy()));
  socket.once('close', () => upstream.destroy());
  if (first.length > 0) socket.write(first);
  sent?.(first.length);
  upstream.on('data', (chunk: Buffer) => sent?.(chunk.length));
  if (early.length > 0) upstream.write(early);
  upstream.pipe(socket);
  socket.pipe(upstream);
}

/** The app declined to upgrade: its answer is passed on and the connection ends. */
function pass({ socket, sent }: Upgrade, answer: IncomingMessage): void {
  const headers = responseHeaders(answer, []);
  socket.write(head(answer.statusCode ?? 502, answer.statusMessage, [...headers, 'Connection', 'close']));
  answer.once('error', () => socket.destroy());
  answer.on('data', (chunk: Buffer) => sent?.(chunk.length));
  answer.pipe(socket);
}

function head(status: number, message: string | undefined, headers: HeaderList): string {
  const lines = headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : []));
  return `HTTP/1.1 ${status} ${message || (STATUS_CODES[status] ?? '')}\r\n${lines.join('\r\n')}\r\n\r\n`;
}
