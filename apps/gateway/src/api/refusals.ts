import type { Failure } from '../proxy/target.js';

/** An answer of the gateway itself on an API route: Kong's status and body. */
export interface Refusal {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: readonly string[];
}

const say = (status: number, message: string, headers?: readonly string[]): Refusal =>
  headers ? { status, body: { message }, headers } : { status, body: { message } };

export const noRoute = say(404, 'no Route matched with those values');
export const badTarget = say(400, 'the request target must be a path');
export const unauthorized = (body: Readonly<Record<string, string>>): Refusal => ({
  status: 401,
  body,
  headers: ['WWW-Authenticate', 'Bearer'],
});
export const tooManyRequests = say(429, 'API rate limit exceeded');
export const sizeRefused = (status: 411 | 413 | 417): Refusal =>
  say(status, status === 411 ? 'A valid Content-Length header is required' : 'Request size limit exceeded');

const badGateway = say(502, 'An invalid response was received from the upstream server');
const failures: Record<Failure, Refusal> = {
  no_upstream: badGateway,
  unreachable: badGateway,
  reset: badGateway,
  timeout: say(504, 'The upstream server is timing out'),
  too_large: sizeRefused(413),
};
export const upstreamFailure = (failure: Failure): Refusal => failures[failure];
