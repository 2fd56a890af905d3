import type { IncomingMessage } from 'node:http';
import { answerOf, ApiProblem, ServerUnreachable } from '@berth/api-client';
import { channels, SESSION_PROTOCOL } from '@berth/contracts/runtime';
import { createWebSocketStream, WebSocket } from 'ws';
import type { Context } from '../context.js';

/** One message of a session. */
export const frame = (channel: number, body: Buffer | string = ''): Buffer =>
  Buffer.concat([Buffer.from([channel]), typeof body === 'string' ? Buffer.from(body) : body]);

export const endOfInput = frame(channels.end, Buffer.from([channels.input]));

/** A way into an instance. */
export interface InstanceSession {
  /** A Buffer for each message that comes, until the other side ends it. */
  readonly messages: AsyncIterable<Buffer>;
  /** `sent` is called when there is room for more. What comes too late is dropped: nobody is there to read it. */
  send(message: Buffer, sent?: () => void): void;
  end(): void;
}

/** Opens a way into an instance of a workload. @throws ApiProblem what the server refused; ServerUnreachable */
export async function openSession(
  { client, io, session, signal }: Context,
  workloadId: string,
  path: string,
): Promise<InstanceSession> {
  // An access token that is no longer good is renewed by this.
  await answerOf(client.GET('/v1/workloads/{id}', { params: { path: { id: workloadId } } }));
  const token = io.environment.token ?? (await session.read())?.accessToken;
  const url = `${session.server.replace(/^http/, 'ws')}/v1/workloads/${workloadId}/${path}`;
  const headers = { 'user-agent': 'berth-cli/0.1.0', ...(token && { authorization: `Bearer ${token}` }) };
  const socket = new WebSocket(url, SESSION_PROTOCOL, { headers, perMessageDeflate: false });
  signal.addEventListener('abort', () => socket.terminate(), { once: true });
  return new Promise((resolve, reject) => {
    // The stream is there before the first message can come.
    socket.once('open', () => resolve(sessionOn(socket)));
    socket.once('error', (error) => reject(new ServerUnreachable(url, error)));
    socket.once('unexpected-response', (_, answer) => void problemOf(answer).then(reject, reject));
  });
}

function sessionOn(socket: WebSocket): InstanceSession {
  return {
    messages: createWebSocketStream(socket, { readableObjectMode: true }),
    send: (message, sent) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message, () => sent?.());
    },
    end: () => socket.terminate(),
  };
}

async function problemOf(answer: IncomingMessage): Promise<ApiProblem> {
  const body = Buffer.concat((await answer.toArray()) as Buffer[]);
  const headers = { 'content-type': answer.headers['content-type'] ?? 'text/plain' };
  return ApiProblem.of(new Response(body, { status: answer.statusCode ?? 502, headers }));
}
