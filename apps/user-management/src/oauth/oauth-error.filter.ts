import { oauthError } from '@berth/contracts/identity';
import { DomainError, LOGGER, type Logger, logRefusal, type RefusedRequest } from '@berth/service-kit';
import { applyDecorators, type ArgumentsHost, Catch, type ExceptionFilter, Inject, UseFilters } from '@nestjs/common';
import { ApiDefaultResponse } from '@nestjs/swagger';
import { oauthErrors } from './oauth.errors.js';

interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
}

const codes = new Set(Object.values(oauthErrors).map((make) => make('').code));

/**
 * Clients of OAuth look for `error` (RFC 6749, section 5.2) where every other route answers a problem document; whoever
 * knows those finds `code` and `detail` as well.
 */
@Catch(DomainError)
export class OAuthErrorFilter implements ExceptionFilter<DomainError> {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch({ code, status, message, retryAfter }: DomainError, host: ArgumentsHost): void {
    logRefusal(this.logger, host.switchToHttp().getRequest<RefusedRequest>(), { status, code });
    const reply = host.switchToHttp().getResponse<Reply>();
    if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
    if (status === 401) void reply.header('www-authenticate', 'Basic realm="berth"');
    const error = codes.has(code) ? code : 'invalid_request';
    void reply
      .status(status === 422 ? 400 : status)
      .header('content-type', 'application/json')
      .header('cache-control', 'no-store')
      .send({ error, error_description: message, code: error, detail: message });
  }
}

/** Refusals of a route are those of OAuth, and its document says so. */
export const RefusesAsOAuth = (): ClassDecorator & MethodDecorator =>
  applyDecorators(
    UseFilters(OAuthErrorFilter),
    ApiDefaultResponse({ description: 'refused', standardSchema: oauthError }),
  );
