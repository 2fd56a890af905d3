/** Ends a timer. Calling it twice does no harm. */
export type CancelTimer = () => void;

/** The gateway's only source of time and timers; the Clock of the service kit fits it. */
export interface Clock {
  now(): Date;
  /** Calls `work` once after `milliseconds`. */
  after(milliseconds: number, work: () => void): CancelTimer;
}

export const systemClock: Clock = {
  now: () => new Date(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
