import type { Clock } from '@berth/service-kit';

/** One wait for the next change. */
interface Change {
  /** Resolves at the next change, or at `cancel`. */
  readonly happened: Promise<void>;
  readonly cancel: () => void;
}

/** Requests that wait for something to change. */
export class Waiters {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly clock: Clock,
    /** So many wait for one key; for more the answer is what it is now. */
    private readonly most = 1_000,
  ) {}

  /** Resolves with true when `check` holds, now or after a change of `key`; with false after `milliseconds`. */
  async until(key: string, milliseconds: number, check: () => Promise<boolean>): Promise<boolean> {
    const deadline = this.clock.monotonic() + milliseconds;
    for (;;) {
      // Registered before looking: a change between the two must wake us.
      const change = this.next(key);
      try {
        if (await check()) return true;
        if (!(await this.woken(key, change, deadline))) return false;
      } finally {
        change.cancel();
      }
    }
  }

  /** Wakes those who wait for `key`; all of them when it is empty. */
  wake(key: string): void {
    const keys = key === '' ? [...this.waiting.keys()] : [key];
    for (const each of keys) {
      const waiting = this.waiting.get(each);
      this.waiting.delete(each);
      waiting?.forEach((resolve) => resolve());
    }
  }

  /** How many wait for `key`. */
  count(key: string): number {
    return this.waiting.get(key)?.size ?? 0;
  }

  private async woken(key: string, change: Change, deadline: number): Promise<boolean> {
    const left = deadline - this.clock.monotonic();
    if (left <= 0 || this.count(key) > this.most) return false;
    const cancelTimer = this.clock.after(left, change.cancel);
    await change.happened;
    cancelTimer();
    return true;
  }

  private next(key: string): Change {
    let resolve = (): void => undefined;
    const happened = new Promise<void>((done) => (resolve = done));
    const waiting = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, waiting.add(resolve));
    const cancel = (): void => {
      waiting.delete(resolve);
      if (waiting.size === 0 && this.waiting.get(key) === waiting) this.waiting.delete(key);
      resolve();
    };
    return { happened, cancel };
  }
}
