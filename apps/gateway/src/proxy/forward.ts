import { type ClientRequest, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { UpstreamAgents } from './agents.js';
import { type HeaderList, responseHeaders } from './headers.js';
import type { Failure, PickTarget, Target, Timeouts } from './target.js';

export interface Forward {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly agents: UpstreamAgents;
  readonly pick: PickTarget;
  readonly path: string;
  readonly headersFor: (target: Target) => string[];
  /** Added to the upstream's answer. */
  readonly added: HeaderList;
  readonly timeouts: Timeouts;
  /** Bytes of body that may pass; a longer body ends the exchange with `too_large`. */
  readonly maxBody: number;
  readonly expectsContinue: boolean;
  /** Told of each piece of an answer's body that is passed on. Absent where nobody counts. */
  readonly sent?: ((bytes: number) => void) | undefined;
  /** Answers the client. Called at most once, and only before anything was answered. */
  readonly fail: (failure: Failure, error?: Error) => void;
}

const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Sends one request on and its answer back, both streamed.
 *
 * An attempt is repeated only when that cannot repeat an effect: the connection was never made, or a bodiless GET, HEAD
 * or OPTIONS met a kept-alive connection that ended before any byte of an answer.
 */
export function forward(exchange: Forward): void {
  new Forwarding(exchange).start();
}

export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

class Forwarding {
  private readonly refused = new Set<string>();
  private readonly withBody: boolean;
  private outgoing: ClientRequest | undefined;
  private target: Target | undefined;
  private failure: Failure = 'no_upstream';
  private received: IncomingMessage | undefined;
  private ended = false;
  private timedOut = false;
  private passed = 0;

  constructor(private readonly exchange: Forward) {
    this.withBody = hasBody(exchange.request);
  }

  start(): void {
    this.exchange.response.once('close', () => this.end()).on('error', () => this.end());
    this.attempt(true);
  }

  private attempt(reuse: boolean): void {
    const { exchange } = this;
    this.target = exchange.pick(this.refused);
    if (!this.target) return this.fail(this.failure);
    const outgoing = sendRequest({
      host: this.target.host,
      port: this.target.port,
      method: exchange.request.method,
      path: exchange.path,
      headers: exchange.headersFor(this.target),
      agent: reuse ? exchange.agents.reused : exchange.agents.fresh,
      setHost: false,
      timeout: exchange.timeouts.connectMilliseconds,
    });
    this.outgoing = outgoing;
    let connected = false;
    outgoing.once('socket', (socket) =>
      onceConnected(socket, () => {
        connected = true;
        this.begin(outgoing, socket);
      }),
    );
    outgoing.once('response', (answer) => this.answer(answer));
    outgoing.once('timeout', () => this.expire(outgoing));
    outgoing.on('error', (error) => this.recover(outgoing, connected, error));
    if (!this.withBody) outgoing.end();
  }

  private begin(outgoing: ClientRequest, socket: Socket): void {
    socket.setTimeout(this.exchange.timeouts.answerMilliseconds);
    if (!this.withBody || this.ended) return;
    if (this.exchange.expectsContinue) this.exchange.response.writeContinue();
    const { request } = this.exchange;
    request.on('data', (chunk: Buffer) => this.pass(outgoing, chunk));
    request.once('end', () => outgoing.end());
    outgoing.on('drain', () => request.resume());
  }

  private pass(outgoing: ClientRequest, chunk: Buffer): void {
    this.passed += chunk.length;
    if (this.ended || outgoing.destroyed) return;
    if (this.passed > this.exchange.maxBody) return this.fail('too_large');
    if (!outgoing.write(chunk)) this.exchange.request.pause();
  }

  private answer(answer: IncomingMessage): void {
    const { response, added, timeouts, sent } = this.exchange;
    if (this.ended || response.headersSent) return void answer.destroy();
    this.received = answer;
    this.target?.answered?.((answer.statusCode ?? 502) >= 500);
    this.outgoing?.setTimeout(timeouts.streamMilliseconds);
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer, added));
    let flowing = false;
    answer.on('data', (chunk: Buffer) => {
      flowing = true;
      sent?.(chunk.length);
      if (!response.write(chunk)) answer.pause();
    });
    response.on('drain', () => answer.resume());
    answer.once('end', () => this.complete(answer));
    answer.once('error', () => response.destroy());
    // After the body that came in the same packet, so that a short answer leaves in one write; headers alone go at once.
    process.nextTick(() => flowing || response.writableEnded || response.flushHeaders());
  }

  private complete(answer: IncomingMessage): void {
    const { response } = this.exchange;
    if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers));
    response.end();
  }

  private expire(outgoing: ClientRequest): void {
    this.timedOut = true;
    outgoing.destroy(new Error('the upstream is silent'));
  }

  /** `connected` is false as long as no byte can have left. */
  private recover(outgoing: ClientRequest, connected: boolean, error: Error): void {
    if (this.ended || outgoing !== this.outgoing) return;
    if (this.received?.complete) return;
    if (this.received) return void this.exchange.response.destroy();
    const failed = this.target;
    this.releaseTarget();
    if (!connected && failed) {
      this.refused.add(failed.id);
      this.failure = this.timedOut ? 'timeout' : 'unreachable';
      this.timedOut = false;
      return this.attempt(true);
    }
    const stale =
      !this.timedOut && outgoing.reusedSocket && !this.withBody && repeatable.has(this.exchange.request.method ?? '');
    if (stale) return this.attempt(false);
    failed?.answered?.(true);
    this.fail(this.timedOut ? 'timeout' : 'reset', error);
  }

  private fail(failure: Failure, error?: Error): void {
    if (this.ended) return;
    this.end();
    if (!this.exchange.response.headersSent) this.exchange.fail(failure, error);
    else this.exchange.response.destroy();
  }

  /** Idempotent: the client went away, everything was answered, or the exchange failed. */
  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.releaseTarget();
    const outgoing = this.outgoing;
    if (outgoing && !isComplete(outgoing)) outgoing.destroy();
    // What the client still sends is read and dropped, so that it gets to see the answer.
    if (this.withBody) this.exchange.request.resume();
  }

  private releaseTarget(): void {
    this.target?.release();
    this.target = undefined;
  }
}

function onceConnected(socket: Socket, work: () => void): void {
  if (socket.connecting) socket.once('connect', work);
  else work();
}

/** A complete exchange leaves its connection in the pool; destroying the request then would close it. */
const isComplete = (outgoing: ClientRequest): boolean => outgoing.closed || outgoing.destroyed;

const pairs = (raw: readonly string[]): [string, string][] =>
  raw.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []));
