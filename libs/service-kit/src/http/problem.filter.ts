import type { Problem } from '@berth/contracts/common';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { DomainError } from '../errors/define-errors.js';
import { currentCorrelationId } from '../logging/correlation.js';
import { LOGGER, type Logger } from '../logging/logger.js';

/** Turns whatever a request ended with into a problem document (RFC 9457). What nobody foresaw is logged once, here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    // An event handler's error belongs to the transport, which redelivers or parks.
    if (host.getType() !== 'http') return throwError(() => error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = { ...problemFor(error), correlationId: currentCorrelationId() };
    if (problem.status >= 500 && !(error instanceof DomainError)) this.logger.error({ err: error }, 'request failed');
    if (reply.raw.headersSent) return void reply.raw.destroy();
    if (error instanceof DomainError && error.retryAfter !== undefined)
      void reply.header('retry-after', String(error.retryAfter));
    void reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
  }
}

function problemFor(error: unknown): Problem {
  if (error instanceof DomainError) {
    const errors = error.errors.length > 0 ? { errors: [...error.errors] } : {};
    return { ...known(error.status, error.code), detail: error.message, ...errors };
  }
  if (error instanceof HttpException) return fromStatus(error.getStatus(), error.message);
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) return fromStatus(status, (error as Error).message);
  return {
    ...known(500, 'internal'),
    detail: 'Something failed that was not foreseen. The correlation id finds it in the logs.',
  };
}

const fromStatus = (status: number, detail: string): Problem => ({
  ...known(status, codes[status] ?? `http_${status}`),
  detail,
});

const known = (status: number, code: string): Problem => ({
  type: `https://berth.dev/problems/${code}`,
  title: code.replaceAll('_', ' '),
  status,
  code,
});

const codes: Record<number, string> = {
  400: 'malformed_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  500: 'internal',
  503: 'unavailable',
};
