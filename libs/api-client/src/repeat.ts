import { ApiProblem, ServerUnreachable } from './errors.js';

export interface Repeatable {
  /** The request has the same effect once or twice. */
  readonly isIdempotent: boolean;
  /** From 1. */
  readonly attempt: number;
}

/** Of failures that say nothing about when it will be better. */
const ATTEMPTS = 4;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 2_000;

/** Doubles from 200 ms to 2 s; the server's own wish wins. */
const pauseAfter = (attempt: number, retryAfter?: number): number =>
  retryAfter === undefined ? Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) : retryAfter * 1_000;

/** Milliseconds to wait before the request is sent again; undefined: the failure is the answer. */
export function repeatAfter(failure: unknown, { isIdempotent, attempt }: Repeatable): number | undefined {
  if (failure instanceof ServerUnreachable) {
    const mayRepeat = (isIdempotent || failure.wasNotSent) && attempt < ATTEMPTS;
    return mayRepeat ? pauseAfter(attempt) : undefined;
  }
  if (!(failure instanceof ApiProblem)) return undefined;
  // These were not carried out, and the server says when to come back: the bound is time, not attempts.
  if (['access_pending', 'idempotency_key_in_use'].includes(failure.code) || failure.status === 429) {
    return pauseAfter(attempt, failure.retryAfter);
  }
  const mayRepeat = isIdempotent && [502, 503, 504].includes(failure.status) && attempt < ATTEMPTS;
  return mayRepeat ? pauseAfter(attempt, failure.retryAfter) : undefined;
}
