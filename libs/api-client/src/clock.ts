/** Time as the client sees it; tests give their own. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  pause(milliseconds: number, signal?: AbortSignal | null): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  pause: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end);
    }),
};
