import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { SESSION_PROTOCOL } from '@berth/contracts/runtime';
import { createWebSocketStream, WebSocket } from 'ws';
import { RuntimeUnavailable } from '../runtime.js';
import { SessionRefused } from '../session-runtime.js';

export interface AgentAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** HTTP over the agent's Unix socket. A connection of its own for each call: they are few and short. */
export class AgentClient {
  constructor(private readonly socketPath: string) {}

  /** @throws RuntimeUnavailable when the agent does not answer */
  async call(method: string, path: string, signal: AbortSignal, body?: unknown): Promise<AgentAnswer> {
    const response = await this.open(method, path, signal, body);
    const text = await readAll(response).catch((error: unknown) => {
      throw new RuntimeUnavailable('The local agent broke off its answer.', { cause: error });
    });
    const status = response.statusCode ?? 0;
    if (status >= 500) throw new RuntimeUnavailable(`The local agent answered ${status}: ${text.slice(0, 500)}`);
    return { status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }

  /** Newline-delimited JSON until the agent or the signal ends it. */
  async *lines(path: string, signal: AbortSignal): AsyncIterable<unknown> {
    const response = await this.open('GET', path, signal);
    if (response.statusCode !== 200)
      throw new RuntimeUnavailable(`The local agent answered ${response.statusCode} to ${path}.`);
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      if (line !== '') yield JSON.parse(line) as unknown;
    }
  }

  /** @throws SessionRefused, RuntimeUnavailable */
  session(path: string, signal: AbortSignal): Promise<Duplex> {
    const socket = new WebSocket(`ws+unix://${this.socketPath}:${path}`, SESSION_PROTOCOL, {
      perMessageDeflate: false,
    });
    const abort = () => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    return new Promise<Duplex>((resolve, reject) => {
      const frames = { readableObjectMode: true, writableObjectMode: true };
      socket.once('open', () => resolve(createWebSocketStream(socket, frames)));
      socket.once('unexpected-response', (_, response) => void refusalOf(response).then(reject, reject));
      socket.once('error', (error) =>
        reject(new RuntimeUnavailable('The local agent does not answer.', { cause: error })),
      );
    }).finally(() => signal.removeEventListener('abort', abort));
  }

  private open(method: string, path: string, signal: AbortSignal, body?: unknown): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const refuse = (error: Error) =>
        reject(new RuntimeUnavailable('The local agent does not answer.', { cause: error }));
      const outgoing = request({ socketPath: this.socketPath, method, path, headers, signal, agent: false });
      outgoing.once('response', resolve).once('error', refuse).end(text);
    });
  }
}

async function refusalOf(response: IncomingMessage): Promise<Error> {
  const text = await readAll(response);
  const { detail = text } = JSON.parse(text) as { detail?: string };
  const reasons = { 404: 'instance_not_found', 409: 'refused', 501: 'not_supported' } as const;
  const reason = reasons[response.statusCode as keyof typeof reasons] as SessionRefused['reason'] | undefined;
  return reason
    ? new SessionRefused(reason, detail)
    : new RuntimeUnavailable(`The local agent answered ${response.statusCode}: ${detail}`);
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
