import { ApiError, ClusterUnreachable } from './api-error.js';

const ATTEMPTS = 4;
const LONGEST_SECONDS = 5;

/**
 * Milliseconds until a request may be sent again; null: it failed for good, and the queue decides when to try anew.
 *
 * Only what the server did not handle is repeated: throttled (RFC 6585 section 4, RFC 9110 section 10.2.3), or a kept
 * connection that the server closed while the request was on its way. Every write of ours is idempotent.
 */
export function retryDelay(error: unknown, attempt: number): number | null {
  if (attempt >= ATTEMPTS) return null;
  if (error instanceof ClusterUnreachable) return wasCutOff(error) && attempt === 1 ? 0 : null;
  if (!(error instanceof ApiError) || error.retryAfterSeconds === null) return null;
  return [429, 503].includes(error.status) ? Math.min(error.retryAfterSeconds, LONGEST_SECONDS) * 1_000 : null;
}

const wasCutOff = ({ cause }: ClusterUnreachable): boolean =>
  ['ECONNRESET', 'EPIPE'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
