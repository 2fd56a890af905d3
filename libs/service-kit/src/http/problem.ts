import type { Problem } from '@berth/contracts/common';
import { HttpException } from '@nestjs/common';
import { DomainError } from '../errors/define-errors.js';
import { isInfrastructureError } from '../errors/infrastructure-error.js';

/** What a request that ended with an error is told (RFC 9457). */
export function problemFor(error: unknown): Problem {
  if (error instanceof DomainError) {
    const errors = error.errors.length > 0 ? { errors: [...error.errors] } : {};
    return { ...known(error.status, error.code), detail: error.message, ...errors };
  }
  if (error instanceof HttpException) return problemOf(error.getStatus(), error.message);
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) return problemOf(status, (error as Error).message);
  if (isInfrastructureError(error)) return problemOf(503, unreachable);
  return {
    ...known(500, 'internal'),
    detail: 'Something failed that was not foreseen. The correlation id finds it in the logs.',
  };
}

/** The answer to a commit may be what was lost, so only a repeat with the same key is safe. */
const unreachable =
  'Something that this service needs cannot be reached at the moment. Repeat the request, a POST with the same Idempotency-Key.';

/** The problem that an HTTP status alone tells of. */
export const problemOf = (status: number, detail: string): Problem => ({
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
  414: 'url_too_long',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  431: 'headers_too_large',
  500: 'internal',
  503: 'unavailable',
};
