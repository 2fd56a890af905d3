import type { Logger } from './logger.js';

/** What was answered: 401, 403 and 429 say that somebody is not who they have to be, or may not, or tries too often. */
export interface Answered {
  readonly status: number;
  readonly code: string;
}

/** What of Fastify's request is told. The caller is there once a guard has found who asks. */
export interface RefusedRequest {
  readonly method: string;
  readonly ip: string;
  readonly routeOptions: { readonly url?: string | undefined };
  readonly caller?: { readonly subjectId: string; readonly sessionId: string };
}

const refusals = new Set([401, 403, 429]);
/** Of what was sent, whoever sent it. */
const inputs = new Set([400, 413, 415, 422]);

/**
 * Logs a request that was refused (OWASP ASVS 5.0, 16.3.1 and 16.3.2): who asked, as far as that was known, from where and
 * which route. Ids only; never the path, the query, a header or the body, in which secrets may be.
 */
export function logRefusal(logger: Logger, request: RefusedRequest, answered: Answered): void {
  if (refusals.has(answered.status)) log(logger, request, answered, 'refused');
}

/** As `logRefusal`, of input that was not taken (16.3.3): whoever looks for a hole sends a lot of it. */
export function logRefusedInput(logger: Logger, request: RefusedRequest, answered: Answered): void {
  if (inputs.has(answered.status)) log(logger, request, answered, 'input refused');
}

function log(logger: Logger, request: RefusedRequest, { status, code }: Answered, security: string): void {
  const { subjectId, sessionId } = request.caller ?? { subjectId: null, sessionId: null };
  const { method, ip: address } = request;
  const route = request.routeOptions.url ?? null;
  const event = { security, status, code, method, route, address, subjectId, sessionId };
  logger.info(event, 'request refused');
}
