/** One wait for the next change. */
export interface Change {
  /** Resolves at the next change, or at `cancel`. */
  readonly happened: Promise<void>;
  readonly cancel: () => void;
}

/** Requests that wait for a change of an organization. */
export class Waiters {
  private readonly waiting = new Map<string, Set<() => void>>();

  next(key: string): Change {
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

  /** Wakes those who wait for `key`; all of them when it is empty. */
  wake(key: string): void {
    const keys = key === '' ? [...this.waiting.keys()] : [key];
    for (const each of keys) {
      const waiting = this.waiting.get(each);
      this.waiting.delete(each);
      waiting?.forEach((resolve) => resolve());
    }
  }
}
