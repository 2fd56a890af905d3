import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { DomainError } from '../errors/define-errors.js';
import { currentCorrelationId } from '../logging/correlation.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { logRefusal, logRefusedInput, type RefusedRequest } from '../logging/refusals.js';
import { problemFor } from './problem.js';

/** Turns whatever a request ended with into a problem document (RFC 9457). What nobody foresaw is logged once, here, and so is who was refused. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    // An event handler's error belongs to the transport, which redelivers or parks.
    if (host.getType() !== 'http') return throwError(() => error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = { ...problemFor(error), correlationId: currentCorrelationId() };
    if (problem.status >= 500 && !(error instanceof DomainError)) this.logger.error({ err: error }, 'request failed');
    const request = host.switchToHttp().getRequest<RefusedRequest>();
    logRefusal(this.logger, request, problem);
    logRefusedInput(this.logger, request, problem);
    if (reply.raw.headersSent) return void reply.raw.destroy();
    const retryAfter = error instanceof DomainError ? error.retryAfter : retryAfterOf(problem.status);
    if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
    void reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
  }
}

/** Seconds: what is unavailable comes back by itself, usually soon. */
const retryAfterOf = (status: number): number | undefined => (status === 503 ? 1 : undefined);
