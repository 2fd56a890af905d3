import { Blocked, LeaseLost, type Outcome } from './outcome.js';

/** How one run ended. */
export type Verdict =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'blocked'; readonly error: Blocked }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'lost' };

/**
 * How a lease ends: `done` forgets failures, `spread` as well and comes back at a random moment around the given one, `failed`
 * counts one and backs off, `returned` leaves the count alone.
 */
export interface Finish {
  readonly kind: 'done' | 'spread' | 'failed' | 'returned';
  /** Until the next run; null: none. Not used by `failed`. */
  readonly seconds: number | null;
  /** The word of what has to be acted on before the key gets any further. */
  readonly blockedBy?: string;
}

const blockedRecheckSeconds = 60;

/** What a throw means. After an abort everything may throw, so it says nothing about the key. */
export function verdictOf(error: unknown, signal: AbortSignal): Verdict {
  if (error instanceof LeaseLost) return { kind: 'lost' };
  if (error instanceof Blocked) return { kind: 'blocked', error };
  if (signal.aborted) return { kind: 'interrupted' };
  return { kind: 'failed', error };
}

/** What follows from a run that still holds its lease. */
export function finishOf(verdict: Exclude<Verdict, { kind: 'lost' }>, resyncSeconds: number | null): Finish {
  switch (verdict.kind) {
    case 'blocked':
      return { kind: 'done', seconds: blockedRecheckSeconds, blockedBy: verdict.error.reason };
    case 'interrupted':
      return { kind: 'returned', seconds: 0 };
    case 'failed':
      return { kind: 'failed', seconds: null };
    case 'outcome':
      return finishOfOutcome(verdict.outcome, resyncSeconds);
  }
}

function finishOfOutcome(outcome: Outcome, resyncSeconds: number | null): Finish {
  if (outcome.kind === 'again') return { kind: outcome.isSpread ? 'spread' : 'done', seconds: outcome.seconds };
  return resyncSeconds === null ? { kind: 'done', seconds: null } : { kind: 'spread', seconds: resyncSeconds };
}
