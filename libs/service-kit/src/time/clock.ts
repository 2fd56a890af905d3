import { Injectable } from '@nestjs/common';

/** Ends a timer. Calling it twice does no harm. */
export type CancelTimer = () => void;

/** The only source of time and timers, so that a test can hold both. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }

  /** Monotonic milliseconds, for durations. */
  monotonic(): number {
    return performance.now();
  }

  /** Calls `work` once after `milliseconds`. The timer does not keep the process alive. */
  after(milliseconds: number, work: () => void): CancelTimer {
    const timer = setTimeout(work, milliseconds).unref();
    return () => clearTimeout(timer);
  }

  /** Calls `work` every `milliseconds` until cancelled. */
  every(milliseconds: number, work: () => void): CancelTimer {
    const timer = setInterval(work, milliseconds).unref();
    return () => clearInterval(timer);
  }

  /** Resolves after `milliseconds`, or at once when `signal` aborts. For pacing our own loops, never to wait for the world. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end); // a loop pauses on one signal for as long as it runs
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end, { once: true });
    });
  }
}
