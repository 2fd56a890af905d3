/** What a reconciler answers: `settled`, or when to look again. */
export type Outcome =
  { readonly kind: 'settled' } | { readonly kind: 'again'; readonly seconds: number; readonly isSpread?: boolean };

/** Nothing left to do for this key until somebody enqueues it or its resync comes. */
export const settled: Outcome = Object.freeze({ kind: 'settled' });

/** The world needs time: run the key again in so many seconds. Waiting is not failing. */
export const lookAgainIn = (delay: { readonly seconds: number }): Outcome => ({
  kind: 'again',
  seconds: delay.seconds,
});

/**
 * For a look that nothing asks for: at a random moment between half and one and a half times so many seconds from now, so
 * that keys that settled together do not return together.
 */
export const lookAgainAbout = (delay: { readonly seconds: number }): Outcome => ({
  kind: 'again',
  seconds: delay.seconds,
  isSpread: true,
});

/** Somebody must act before progress is possible: a slow recheck follows, and it does not count as a failure. */
export class Blocked extends Error {
  constructor(
    /** CamelCase word for a condition, `ArtifactPending`. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Somebody else may work on the key by now: what is being done must not be written. */
export class LeaseLost extends Error {}

/** Reason of an aborted signal when the work is wanted no longer, or by nobody here: interrupt, removal, shutdown. */
export class Interrupted extends Error {}
