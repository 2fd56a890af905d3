/** Ends a timer. Calling it twice does no harm. */
export type Cancel = () => void;

/** The agent's only source of time and timers; the service kit's `Clock` fits it. */
export interface AgentClock {
  now(): Date;
  after(milliseconds: number, work: () => void): Cancel;
  every(milliseconds: number, work: () => void): Cancel;
}

export const systemClock: AgentClock = {
  now: () => new Date(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
  every: (milliseconds, work) => {
    const timer = setInterval(work, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** Paces our own loops; never used to guess when the world is ready. */
export const pause = (clock: AgentClock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => void clock.after(milliseconds, resolve));

/** Resolves with `work`, or with `otherwise` when that takes longer. */
export async function within<Result, Fallback>(
  clock: AgentClock,
  milliseconds: number,
  work: Promise<Result>,
  otherwise: Fallback,
): Promise<Result | Fallback> {
  let cancel: Cancel = () => undefined;
  const late = new Promise<Fallback>((resolve) => (cancel = clock.after(milliseconds, () => resolve(otherwise))));
  return Promise.race([work, late]).finally(() => cancel());
}
