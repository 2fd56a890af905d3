import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import type { Duplex } from 'node:stream';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Clock } from '@berth/service-kit';
import { createWebSocketStream, WebSocket } from 'ws';
import { ClusterUnreachable, isUnauthenticated, toApiError } from './api-error.js';
import type { ClusterAccess } from './cluster-access.js';
import { retryDelay } from './retry-delay.js';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

/** What a WebSocket carries: a Buffer for each message. */
export interface Messages {
  readonly stream: Duplex;
  /** The one that the server chose of those offered. */
  readonly protocol: string;
}

interface Sending extends ApiRequest {
  readonly agent?: HttpAgent;
}

const ANSWER_MILLISECONDS = 30_000;
const KEEP_ALIVE_MILLISECONDS = 15_000;
const CONNECTIONS = 32;

/**
 * HTTP to one API server over connections that are kept. (The generated client of @kubernetes/client-node opens a new
 * TLS connection for each request, and hides Retry-After.)
 */
export class Transport {
  private readonly agent: HttpAgent;
  /** Answers without an end hold their connections: those of requests are not among them. */
  private readonly streams: HttpAgent;

  constructor(
    private readonly access: ClusterAccess,
    private readonly clock: Clock,
  ) {
    this.agent = this.agentOf({ maxSockets: CONNECTIONS });
    this.streams = this.agentOf({});
  }

  /**
   * The parsed answer. Throttled requests are sent again when the server says so, for a while.
   * @throws ApiError, ClusterUnreachable
   */
  async ask<Answer>(request: ApiRequest): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const bounded = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]);
        const response = await this.open({ ...request, signal: bounded });
        return parse<Answer>(await readText(response));
      } catch (error) {
        const delay = retryDelay(error, attempt);
        if (delay === null || request.signal.aborted) throw error;
        await this.clock.pause(delay, request.signal);
      }
    }
  }

  /** Lines of an answer that has no end of its own; resolves when the server has begun it. */
  async lines(path: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    return linesOf(await this.open({ method: 'GET', path, signal, agent: this.streams }));
  }

  /** Resolves when a WebSocket is open. @throws ApiError, ClusterUnreachable */
  async messages(path: string, protocols: readonly string[], signal: AbortSignal): Promise<Messages> {
    const token = await this.access.token?.();
    const { server } = this.access;
    const socket = new WebSocket(`${server.replace(/^http/, 'ws')}${path}`, [...protocols], {
      ...tlsOptions(this.access),
      ...{
        perMessageDeflate: false,
        headers: { 'user-agent': 'berth', ...(token && { authorization: `Bearer ${token}` }) },
      },
    });
    return opened(socket, signal);
  }

  close(): void {
    this.agent.destroy();
    this.streams.destroy();
  }

  private agentOf(limits: { readonly maxSockets?: number }): HttpAgent {
    const kept = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MILLISECONDS, ...limits };
    return this.isTls ? new HttpsAgent({ ...kept, ...tlsOptions(this.access) }) : new HttpAgent(kept);
  }

  private get isTls(): boolean {
    return this.access.server.startsWith('https:');
  }

  /** An answer below 300. A refused token is asked for once more. */
  private async open(request: Sending): Promise<IncomingMessage> {
    const token = await this.access.token?.();
    try {
      return await this.accepted(request, token);
    } catch (error) {
      if (!isUnauthenticated(error) || token === undefined) throw error;
      const other = await this.access.token?.(token);
      if (other === token) throw error;
      return this.accepted(request, other);
    }
  }

  private async accepted(request: Sending, token: string | undefined): Promise<IncomingMessage> {
    const response = await this.send(request, token);
    const status = response.statusCode ?? 0;
    if (status < 300) return response;
    throw toApiError(status, await readText(response), response.headers['retry-after']);
  }

  private send(
    { method, path, body, contentType, signal, agent = this.agent }: Sending,
    token?: string,
  ): Promise<IncomingMessage> {
    const text = body && JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      'user-agent': 'berth',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(text && { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const start = this.isTls ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const outgoing = start(`${this.access.server}${path}`, { method, headers, signal, agent });
      outgoing.once('socket', hearOut);
      outgoing.once('response', resolve).once('error', (error) => reject(unreachable(error)));
      outgoing.end(text);
    });
  }
}

/**
 * A request that is given up when its answer has just ended breaks a connection that is nobody's any more, and Node.js ends the
 * process for an error that nobody hears. Whose connection it still is hears of it by itself.
 */
function hearOut(socket: Duplex): void {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
}

const ignore = (): void => undefined;

/** The stream is there before the first message can come. */
function opened(socket: WebSocket, signal: AbortSignal): Promise<Messages> {
  const abort = () => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  return new Promise<Messages>((resolve, reject) => {
    socket.once('open', () => {
      const stream = createWebSocketStream(socket, { readableObjectMode: true, writableObjectMode: true });
      resolve({ stream, protocol: socket.protocol });
    });
    socket.once('error', (error) => reject(unreachable(error)));
    socket.once('unexpected-response', (_, response) => {
      const status = response.statusCode ?? 0;
      readText(response).then((text) => reject(toApiError(status, text, response.headers['retry-after'])), reject);
    });
  }).finally(() => signal.removeEventListener('abort', abort));
}

function tlsOptions({ authority, identity, serverName }: ClusterAccess): object {
  return {
    ...(authority && { ca: authority }),
    ...(identity && { cert: identity.certificate, key: identity.key }),
    ...(serverName && { servername: serverName }),
  };
}

/** (node:readline neither ends nor throws when its input breaks.) */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      const lines = `${rest}${chunk as string}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
  } catch (error) {
    throw unreachable(error);
  } finally {
    response.destroy();
  }
}

function parse<Answer>(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch (error) {
    throw new ClusterUnreachable(`Something else answers in place of the API server: ${text.slice(0, 200)}`, {
      cause: error,
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    throw unreachable(error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(error: unknown): ClusterUnreachable {
  const { code, message } = error as NodeJS.ErrnoException;
  return new ClusterUnreachable(`The API server cannot be reached: ${code ?? message}`, { cause: error });
}
