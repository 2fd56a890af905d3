import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { v7 } from 'uuid';
import { problemFor, problemOf } from './problem.js';

const problemType = 'application/problem+json';

/** Answers requests whose path Fastify cannot even route: half an escape, a parameter that is too long. */
export function answerUnrouted(error: unknown, _request: unknown, reply: { readonly raw: object }): void {
  const correlationId = v7();
  const problem = { ...problemFor(error), correlationId };
  const raw = reply.raw as ServerResponse;
  raw.writeHead(problem.status, { 'content-type': problemType, 'x-correlation-id': correlationId });
  raw.end(JSON.stringify(problem));
}

const statuses: Readonly<Record<string, [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The URL and the headers are longer than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

/** Answers what is no HTTP, and ends the connection: nothing after it can be understood. */
export function answerUnparsed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const [status, detail] = statuses[error.code ?? ''] ?? [400, 'This is not HTTP.'];
  const body = JSON.stringify(problemOf(status, detail));
  const head = `HTTP/1.1 ${status} Refused\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
}
