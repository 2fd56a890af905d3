import type { Problem } from '@berth/contracts/common';
import type { ServerResponse } from 'node:http';
import { AgentError } from '../errors.js';

/** Problem document of anything thrown. What is not ours says nothing of its inside. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof AgentError))
    return { type: 'about:blank', title: 'Internal error', status: 500, code: 'internal' };
  const { code, status, message, errors } = error;
  const document = { type: 'about:blank', title: message, status, code, detail: message };
  return errors.length === 0 ? document : { ...document, errors: [...errors] };
}

export function sendJson(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendProblem(response: ServerResponse, error: unknown): void {
  const problem = problemOf(error);
  if (response.headersSent) return void response.destroy();
  sendJson(response, problem.status, problem, 'application/problem+json');
}
